// Who asks to be let into a group, for its admins to decide.
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../api/http";
import { Listing } from "../api/pages";
import type { Id, JoinRequest } from "../api/types";
import { noticesHeard } from "../state/notices";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Choice, Field } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { List } from "../ui/list";
import { attempt } from "../ui/problem";
import { ago, t } from "../words";
import { GroupPane } from "./group";
import { PersonRow } from "./person-row";

const statuses = ["pending", "approved", "rejected"] as const;

export function GroupRequests({ group: id }: { group: Id }) {
  return <GroupPane id={id}>{() => <Requests group={id} />}</GroupPane>;
}

function Requests({ group }: { group: Id }) {
  const [status, setStatus] = useState<(typeof statuses)[number]>("pending");
  const [rejecting, setRejecting] = useState<JoinRequest | null>(null);
  const listing = useMemo(() => new Listing<JoinRequest, "requests">("/group-requests", "requests"), [group]);
  const read = () => void listing.start({ groupId: group, status });
  useEffect(read, [listing, status]);
  const approve = async (request: JoinRequest) => {
    const done = await attempt(api.post(`/group-requests/${request.id}/approve`), t("request_approved", { name: request.username }));
    if (done) decided();
  };
  const decided = () => {
    noticesHeard.value += 1;
    read();
  };
  return (
    <>
      <Choice label={t("show")} value={status} onChange={setStatus} options={statuses.map((one) => ({ value: one, label: t(one === "approved" ? "request_was_approved" : `request_${one}`) }))} />
      <List listing={listing} empty={t("no_requests")} icon="inbox" class="people">
        {(request) => (
          <PersonRow key={request.id} id={request.userId} username={request.username} about={<About request={request} />}>
            {request.status === "pending" && (
              <>
                <Button size="small" onClick={() => setRejecting(request)}>{t("reject")}</Button>
                <Button size="small" kind="main" onClick={() => approve(request)}>{t("approve")}</Button>
              </>
            )}
          </PersonRow>
        )}
      </List>
      {rejecting && <Reject request={rejecting} onClose={() => setRejecting(null)} onDone={decided} />}
    </>
  );
}

function About({ request }: { request: JoinRequest }) {
  return (
    <>
      {request.message && <q class="said">{request.message}</q>}
      <span>{ago(request.createdAt)}{request.reason && ` · ${request.reason}`}</span>
    </>
  );
}

function Reject({ request, onClose, onDone }: { request: JoinRequest; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const form = useForm(["reason"], async () => {
    await api.post(`/group-requests/${request.id}/reject`, reason.trim() ? { reason: reason.trim() } : {});
    onClose();
    onDone();
  });
  return (
    <Dialog title={t("reject_title", { name: request.username })} onClose={onClose}>
      <Form form={form} action={t("reject")}>
        <Field label={t("reason")} hint={t("reason_hint")} error={form.errors["reason"]} rows={2} maxLength={200} autoFocus value={reason} onValue={setReason} />
      </Form>
    </Dialog>
  );
}
