// Banning somebody from a channel: for what reason, and until when.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import type { Id } from "../api/types";
import { Dialog } from "../ui/dialog";
import { Choice, Field } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { toast } from "../ui/toast";
import { t } from "../words";

const spans = ["hour", "day", "week", "ever"] as const;
type Span = (typeof spans)[number];
const hours: Record<Span, number | null> = { hour: 1, day: 24, week: 168, ever: null };

type BanProps = { channel: Id; member: { userId: Id; username: string }; onClose: () => void; onDone: () => void };

export function BanDialog({ channel, member, onClose, onDone }: BanProps) {
  const [reason, setReason] = useState("");
  const [span, setSpan] = useState<Span>("day");
  const form = useForm(["reason", "until"], async () => {
    const until = hours[span];
    const ends = until === null ? {} : { until: new Date(Date.now() + until * 3_600_000).toISOString() };
    await api.post(`/channels/${channel}/bans`, { userId: member.userId, reason: reason.trim(), ...ends });
    toast(t("was_banned", { name: member.username }));
    onClose();
    onDone();
  });
  return (
    <Dialog title={t("ban_title", { name: member.username })} onClose={onClose}>
      <Form form={form} action={t("ban")}>
        <Field label={t("reason")} error={form.errors["reason"]} required maxLength={200} autoFocus value={reason} onValue={setReason} />
        <Choice label={t("for_how_long")} value={span} onChange={setSpan} options={spans.map((one) => ({ value: one, label: t(`span_${one}`) }))} />
      </Form>
    </Dialog>
  );
}
