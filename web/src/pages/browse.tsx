// Every group of this server: to look into, to join, or to ask to be let in.
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../api/http";
import { Listing } from "../api/pages";
import type { Group, Id, JoinRequest } from "../api/types";
import { all } from "../api/pages";
import { channelToOpen } from "../state/here";
import { places, setGroup } from "../state/mine";
import { overlay } from "../state/overlay";
import { go } from "../state/route";
import { Avatar } from "../ui/avatar";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Field, SearchField } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { Icon } from "../ui/icon";
import { List } from "../ui/list";
import { Pane } from "../ui/pane";
import { attempt } from "../ui/problem";
import { toast } from "../ui/toast";
import { t } from "../words";

export function Browse() {
  const [search, setSearch] = useState("");
  const [asking, setAsking] = useState<Group | null>(null);
  const [asked, setAsked] = useState<ReadonlyMap<Id, JoinRequest>>(new Map());
  const listing = useMemo(() => new Listing<Group, "groups">("/groups", "groups"), []);
  useEffect(() => {
    const timer = setTimeout(() => void listing.start({ search: search.trim() }), search ? 200 : 0);
    return () => clearTimeout(timer);
  }, [search]);
  const readAsked = () => void openRequests().then(setAsked, () => undefined);
  useEffect(readAsked, []);
  const create = () => {
    overlay.value = { name: "new-group" };
  };
  return (
    <Pane title={t("browse_groups")} icon="compass" actions={<Button kind="main" size="small" icon="plus" onClick={create}>{t("new_group")}</Button>}>
      <SearchField label={t("search_groups")} value={search} onValue={setSearch} />
      <List listing={listing} empty={t("no_groups_found")} icon="compass" class="cards">
        {(group) => <GroupCard group={group} key={group.id} request={asked.get(group.id)} onAsk={() => setAsking(group)} onWithdrawn={readAsked} />}
      </List>
      {asking && <AskToJoin group={asking} onClose={() => setAsking(null)} onAsked={readAsked} />}
    </Pane>
  );
}

async function openRequests(): Promise<ReadonlyMap<Id, JoinRequest>> {
  const requests = await all<JoinRequest, "requests">("/group-requests", "requests", { mine: true, status: "pending" });
  return new Map(requests.map((request) => [request.groupId, request]));
}

type CardProps = { group: Group; request?: JoinRequest | undefined; onAsk: () => void; onWithdrawn: () => void };

function GroupCard({ group, request, onAsk, onWithdrawn }: CardProps) {
  return (
    <li class="card">
      <Avatar id={group.id} name={group.name} size={2.75} />
      <div class="card-text">
        <h2 class="card-title" dir="auto">
          {group.name}
          {group.isPrivate && <span class="tag"><Icon name="lock" />{t("private")}</span>}
          {group.category && <span class="tag">{group.category}</span>}
        </h2>
        {group.description && <p class="soft" dir="auto">{group.description}</p>}
      </div>
      <Action group={group} request={request} onAsk={onAsk} onWithdrawn={onWithdrawn} />
    </li>
  );
}

function Action({ group, request, onAsk, onWithdrawn }: CardProps) {
  const [busy, setBusy] = useState(false);
  const during = async (work: Promise<unknown>) => {
    setBusy(true);
    await work.finally(() => setBusy(false));
  };
  if (places.value.groups.has(group.id)) return <Button size="small" onClick={() => openGroup(group.id)}>{t("open")}</Button>;
  if (request) return <Button size="small" busy={busy} onClick={() => during(withdraw(request).then(onWithdrawn))}>{t("withdraw_request")}</Button>;
  if (group.isPrivate) return <Button size="small" onClick={onAsk}>{t("ask_to_join")}</Button>;
  return <Button size="small" kind="main" busy={busy} onClick={() => during(join(group))}>{t("join")}</Button>;
}

function openGroup(group: Id): void {
  const channel = channelToOpen(group);
  go(channel ? `/c/${channel}` : `/g/${group}`);
}

export async function join(group: Group): Promise<void> {
  const joined = attempt(api.post<Group>(`/groups/${group.id}/join`).then((answer) => setGroup({ ...group, ...answer, role: "member" })));
  if (await joined) go(`/g/${group.id}`);
}

async function withdraw(request: JoinRequest): Promise<void> {
  await attempt(api.delete(`/group-requests/${request.id}`), t("request_withdrawn"));
}

export function AskToJoin({ group, onClose, onAsked }: { group: Group; onClose: () => void; onAsked: () => void }) {
  const [message, setMessage] = useState("");
  const form = useForm(["message"], async () => {
    await api.post("/group-requests", { groupId: group.id, requestType: "request_invite", ...(message.trim() && { message: message.trim() }) });
    toast(t("request_sent"));
    onAsked();
    onClose();
  });
  return (
    <Dialog title={t("ask_to_join_title", { name: group.name })} onClose={onClose}>
      <Form form={form} action={t("send_request")}>
        <Field label={t("message_to_admins")} hint={t("message_to_admins_hint")} error={form.errors["message"]} rows={3} maxLength={500} autoFocus value={message} onValue={setMessage} />
      </Form>
    </Dialog>
  );
}
