// A question with answers to choose from.
import { api } from "../api/http";
import type { Message, Poll as Asked } from "../hub";
import { nameOf } from "../state/people";
import { plural, t } from "../words";
import { attempt, useTalk } from "./talk";
import { fullTime } from "./times";

export function Poll({ message, poll }: { message: Message; poll: Asked }) {
  const talk = useTalk();
  const closed = !!poll.closedAt || (!!poll.closesAt && Date.parse(poll.closesAt) <= Date.now());
  const votes = new Set(poll.options.flatMap((option) => option.userIds)).size;
  const chosen = poll.options.flatMap((option, place) => (option.userIds.includes(talk.mine) ? [place] : []));
  const choose = (place: number) => {
    const without = chosen.filter((one) => one !== place);
    const options = chosen.includes(place) ? without : poll.multiple ? [...chosen, place].sort((a, b) => a - b) : [place];
    void attempt(() => talk.hub.ask("vote_poll", { messageId: message.id, options }));
  };
  const live = message.createdAt !== "" && !closed;
  return (
    <div class="poll" role="group" aria-label={t("talk_poll")}>
      {poll.options.map((option, place) => (
        <button
          key={place}
          type="button"
          class="poll-option"
          role={poll.multiple ? "checkbox" : "radio"}
          aria-checked={chosen.includes(place)}
          disabled={!live}
          title={option.userIds.slice(0, 12).map((id) => nameOf(id, "…")).join(", ")}
          onClick={() => choose(place)}
        >
          <span class="poll-bar" style={{ inlineSize: `${votes ? (100 * option.count) / votes : 0}%` }} />
          <span class="poll-text" dir="auto">{option.text}</span>
          <span class="poll-count">{option.count}</span>
        </button>
      ))}
      <p class="soft small">
        {plural("talk_votes", votes)}
        {" · "}
        {closed ? t("talk_poll_closed") : poll.closesAt ? t("talk_poll_until", { when: fullTime(poll.closesAt) }) : t(poll.multiple ? "talk_poll_many" : "talk_poll_one")}
        {live && talk.rights.value?.closePoll(message) && (
          <button type="button" class="link-button" onClick={() => attempt(() => api.post(`/messages/${message.id}/poll/close`))}>{t("talk_poll_close")}</button>
        )}
      </p>
    </div>
  );
}
