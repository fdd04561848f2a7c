// A conversation: what is said in a channel, where one writes, and beside it a thread or what is pinned.
import "./styles.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Message } from "../hub";
import { hub } from "../state/connection";
import { places } from "../state/mine";
import { go } from "../state/route";
import { me } from "../state/session";
import { Typing } from "../state/typing";
import { titleOfChannel } from "../pages/channel-name";
import type { Channel } from "../api/types";
import { toast } from "../ui/toast";
import { t } from "../words";
import { Composer, TypingLine } from "./composer";
import { Dialogs } from "./dialogs";
import { Feed } from "./feed";
import { Header } from "./header";
import { Side } from "./side";
import { type Talk, TalkContext, talkIn, type Side as What } from "./talk";

export interface ConversationProps {
  channelId: string;
  messageId?: string;
  threadId?: string;
}

export function Conversation(props: ConversationProps) {
  const talk = useMemo(() => talkIn(props.channelId), [props.channelId, hub.value, me.value?.id]);
  if (!talk) return null;
  return (
    <TalkContext.Provider value={talk} key={props.channelId}>
      <Talking {...props} talk={talk} />
    </TalkContext.Provider>
  );
}

function Talking({ channelId, messageId, threadId, talk }: ConversationProps & { talk: Talk }) {
  const [pins, setPins] = useState(false);
  const end = useRef<() => void>(() => undefined);
  const typing = useTyping(talk);
  usePending(talk);
  useTarget(talk, messageId);
  const side: What = threadId ? { is: "thread", rootId: threadId } : pins ? { is: "pins" } : null;
  talk.openSide = (what) => {
    setPins(what?.is === "pins");
    if (what?.is === "thread") go(`/c/${channelId}/t/${what.rootId}`);
    else if (threadId) go(`/c/${channelId}`);
  };
  const channel = (talk.log.channel.value ?? places.value.channels.get(channelId)) as Channel | undefined;
  const open = talk.log.phase.value !== "gone";
  return (
    <div class="talk" data-side={side?.is}>
      <section class="talk-main">
        <Header side={side} />
        <Feed control={(toEnd) => (end.current = toEnd)} />
        {open && channel && (
          <div class="talk-foot">
            <TypingLine typing={typing} />
            <Composer
              threadId={null}
              placeholder={t("talk_write_to", { name: titleOfChannel(channel) })}
              typing={typing}
              said={() => talk.log.stretch.messages.value.filter((message) => !message.threadId)}
              onSent={() => end.current()}
            />
          </div>
        )}
      </section>
      {side && open && <Side what={side} typing={typing} onClose={() => talk.openSide(null)} />}
      <Dialogs />
    </div>
  );
}

function useTyping(talk: Talk): Typing {
  const typing = useMemo(() => new Typing(talk.hub, talk.log.id, talk.mine), [talk]);
  useEffect(() => () => typing.close(), [typing]);
  return typing;
}

/** What waits in the outbox of this channel. */
function usePending(talk: Talk): void {
  useEffect(() => {
    talk.pending.value = talk.hub.pending(talk.log.id);
    return talk.hub.on("pending", ({ channelId }) => {
      if (channelId === talk.log.id) talk.pending.value = talk.hub.pending(channelId);
    });
  }, [talk]);
}

/** The message that the address names is brought into sight; a reply with its thread. */
function useTarget(talk: Talk, messageId: string | undefined): void {
  const ready = talk.log.phase.value === "ready";
  useEffect(() => {
    if (!messageId || !ready) return;
    void find(talk, messageId).then(
      (message) => (message.threadId ? talk.openSide({ is: "thread", rootId: message.threadId }) : talk.jump(message)),
      () => toast(t("talk_not_there"), "bad"),
    );
  }, [talk, messageId, ready]);
}

async function find(talk: Talk, id: string): Promise<Message> {
  const there = talk.log.stretch.messages.value.find((message) => message.id === id);
  return there ?? (await api.get<{ message: Message }>(`/messages/${id}`)).message;
}
