// New groups and new channels.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import type { Channel, Group, Id } from "../api/types";
import { setGroup } from "../state/mine";
import { go } from "../state/route";
import { Dialog } from "../ui/dialog";
import { Choice, Field, Switch } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { t } from "../words";

export function NewGroup({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [isPrivate, setPrivate] = useState(false);
  const form = useForm(["name", "description"], async () => {
    const group = await api.post<Group>("/groups", { name: name.trim(), description: description.trim() || null, isPrivate });
    setGroup({ ...group, role: "admin" });
    onClose();
    go(`/g/${group.id}`);
  });
  return (
    <Dialog title={t("new_group")} onClose={onClose}>
      <Form form={form} action={t("create")}>
        <Field label={t("name")} error={form.errors["name"]} required maxLength={80} autoFocus value={name} onValue={setName} />
        <Field label={t("description")} error={form.errors["description"]} maxLength={500} rows={2} value={description} onValue={setDescription} />
        <Switch label={t("private")} hint={t("private_group_hint")} on={isPrivate} onChange={setPrivate} />
      </Form>
    </Dialog>
  );
}

const kinds = ["text", "voice", "video"] as const;

export function NewChannel({ group, onClose }: { group: Id; onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [type, setType] = useState<(typeof kinds)[number]>("text");
  const [isPrivate, setPrivate] = useState(false);
  const form = useForm(["name", "description"], async () => {
    const body = { groupId: group, name: name.trim(), description: description.trim() || null, type, isPrivate };
    const channel = await api.post<Channel>("/channels", body);
    onClose();
    go(`/c/${channel.id}`);
  });
  return (
    <Dialog title={t("new_channel")} onClose={onClose}>
      <Form form={form} action={t("create")}>
        <Field label={t("name")} error={form.errors["name"]} required maxLength={80} autoFocus value={name} onValue={setName} />
        <Field label={t("topic")} error={form.errors["description"]} maxLength={500} value={description} onValue={setDescription} />
        <Choice label={t("kind")} value={type} onChange={setType} options={kinds.map((kind) => ({ value: kind, label: t(`kind_${kind}`) }))} />
        <Switch label={t("private")} hint={t("private_channel_hint")} on={isPrivate} onChange={setPrivate} />
      </Form>
    </Dialog>
  );
}
