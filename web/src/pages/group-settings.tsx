// What admins decide about a group.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import type { Group, Id } from "../api/types";
import { loseGroup } from "../state/mine";
import { go } from "../state/route";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { Choice, Field, Switch } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { Section } from "../ui/pane";
import { attempt } from "../ui/problem";
import { toast } from "../ui/toast";
import { t } from "../words";
import { GroupPane, took } from "./group";

export function GroupSettingsPage({ group: id }: { group: Id }) {
  return (
    <GroupPane id={id}>
      {(group) => (
        <>
          <About group={group} key={group.id} />
          <Rules group={group} />
          <Ending group={group} />
        </>
      )}
    </GroupPane>
  );
}

function About({ group }: { group: Group }) {
  const [name, setName] = useState(group.name);
  const [description, setDescription] = useState(group.description ?? "");
  const [category, setCategory] = useState(group.category ?? "");
  const form = useForm(["name", "description", "category"], async () => {
    const change = { name: name.trim(), description: description.trim() || null, category: category.trim() || null };
    took(await api.put<Group>(`/groups/${group.id}`, change));
    toast(t("saved"));
  });
  return (
    <Section title={t("about")}>
      <Form form={form} action={t("save")}>
        <Field label={t("name")} error={form.errors["name"]} required maxLength={80} value={name} onValue={setName} />
        <Field label={t("description")} error={form.errors["description"]} rows={2} maxLength={500} value={description} onValue={setDescription} />
        <Field label={t("category")} hint={t("category_hint")} error={form.errors["category"]} maxLength={40} value={category} onValue={setCategory} />
      </Form>
    </Section>
  );
}

function Rules({ group }: { group: Group }) {
  const { settings } = group;
  const change = (what: object) => void attempt(api.put<Group>(`/groups/${group.id}`, what).then(took), t("saved"));
  const set = (rule: Partial<Group["settings"]>) => change({ settings: { ...settings, ...rule } });
  return (
    <Section title={t("rules")}>
      <Switch label={t("private")} hint={t("private_group_hint")} on={group.isPrivate} onChange={(isPrivate) => change({ isPrivate })} />
      <Switch label={t("members_create")} hint={t("members_create_hint")} on={settings.membersMayCreateChannels} onChange={(on) => set({ membersMayCreateChannels: on })} />
      <Switch label={t("receipts")} hint={t("receipts_hint")} on={settings.readReceipts} onChange={(on) => set({ readReceipts: on })} />
      <Switch label={t("edit_history")} hint={t("edit_history_hint")} on={settings.editHistory} onChange={(on) => set({ editHistory: on })} />
      <Choice
        label={t("emoji_makers")}
        value={settings.emoji}
        onChange={(emoji) => set({ emoji })}
        options={[{ value: "admins", label: t("only_admins") }, { value: "members", label: t("all_members") }]}
      />
    </Section>
  );
}

function Ending({ group }: { group: Group }) {
  const [sure, setSure] = useState(false);
  const end = async () => {
    if (!(await attempt(api.delete(`/groups/${group.id}`), t("group_deleted", { name: group.name })))) return;
    loseGroup(group.id);
    go("/browse");
  };
  return (
    <Section title={t("delete_group")} hint={t("delete_group_hint")} actions={<Button kind="danger" size="small" onClick={() => setSure(true)}>{t("delete_group")}</Button>}>
      {sure && <Confirm title={t("delete_group")} text={t("delete_group_text", { name: group.name })} action={t("delete")} danger onConfirm={end} onClose={() => setSure(false)} />}
    </Section>
  );
}
