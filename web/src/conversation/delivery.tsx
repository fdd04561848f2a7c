// How it stands with a message that is not there yet. It says nothing of what is sent within a moment.
import type { Pending } from "../hub";
import { Icon } from "../ui/icon";
import { t } from "../words";
import { reasonOfCode, useTalk } from "./talk";

export function Delivery({ pending }: { pending: Pending }) {
  const { hub } = useTalk();
  if (pending.status !== "failed") {
    return <p class="delivery" data-status={pending.status}><Icon name="clock" />{t(pending.status === "waiting" ? "talk_waiting" : "talk_sending")}</p>;
  }
  return (
    <p class="delivery" data-status="failed" role="alert">
      <Icon name="warning" />
      <span>{t("talk_not_sent", { why: reasonOfCode(pending.problem?.code ?? "", pending.problem?.message ?? "") })}</span>
      <button type="button" class="link-button" onClick={() => hub.retry(pending.clientMsgId)}>{t("talk_retry")}</button>
      <button type="button" class="link-button" onClick={() => hub.drop(pending.clientMsgId)}>{t("talk_discard")}</button>
    </p>
  );
}
