// What a channel is about, what one wants to hear of it, and, for admins, how it is set.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Channel, ChannelSettings, Id } from "../api/types";
import { isAdminOf, loseChannel } from "../state/mine";
import { go } from "../state/route";
import { me } from "../state/session";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { Choice, Field, Switch } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { Section } from "../ui/pane";
import { attempt } from "../ui/problem";
import { toast } from "../ui/toast";
import { day, t } from "../words";
import { ChannelPane } from "./channel";

export function ChannelAbout({ channel: id }: { channel: Id }) {
  return (
    <ChannelPane id={id}>
      {(channel) => {
        const rules = channel.type !== "direct" && isAdminOf(channel.groupId);
        return (
          <>
            {!rules && channel.description && <p class="lead" dir="auto">{channel.description}</p>}
            <p class="soft small">{t("since", { day: day(channel.createdAt) })}</p>
            <Hearing channel={channel} key={channel.id} />
            {rules && <About channel={channel} key={`about-${channel.id}`} />}
            {rules && <Rules channel={channel} />}
            {rules ? <Endings channel={channel} /> : channel.isPrivate && channel.type !== "direct" && <Leaving channel={channel} />}
          </>
        );
      }}
    </ChannelPane>
  );
}

const levels = ["all", "mentions", "none"] as const;
type Level = (typeof levels)[number];
/** Without a level it is as by default. */
type Wish = { level: Level | null };

function Hearing({ channel }: { channel: Channel }) {
  const [wish, setWish] = useState<Wish | null>(null);
  const path = `/client/settings/channels/${channel.id}`;
  useEffect(() => {
    void api.get<Wish>(path).then(setWish, () => undefined);
  }, [path]);
  if (!wish) return null;
  const choose = (level: Level) => void attempt(api.put<Wish>(path, { level }).then(setWish), t("saved"));
  return (
    <Section title={t("notifications")} hint={t("hearing_hint")}>
      <Choice label={t("hear_of")} value={wish.level ?? "mentions"} onChange={choose} options={levels.map((level) => ({ value: level, label: t(`hear_${level}`) }))} />
    </Section>
  );
}

function About({ channel }: { channel: Channel }) {
  const [name, setName] = useState(channel.name);
  const [description, setDescription] = useState(channel.description ?? "");
  const form = useForm(["name", "description"], async () => {
    await api.put(`/channels/${channel.id}`, { name: name.trim(), description: description.trim() || null });
    toast(t("saved"));
  });
  return (
    <Section title={t("about")}>
      <Form form={form} action={t("save")}>
        <Field label={t("name")} error={form.errors["name"]} required maxLength={80} value={name} onValue={setName} />
        <Field label={t("topic")} error={form.errors["description"]} maxLength={500} value={description} onValue={setDescription} />
      </Form>
    </Section>
  );
}

const pauses = ["0", "5", "30", "60", "600", "3600"] as const;

function Rules({ channel }: { channel: Channel }) {
  const { settings } = channel;
  const set = (rule: Partial<ChannelSettings>) => void attempt(api.put(`/channels/${channel.id}/settings`, { ...settings, ...rule }), t("saved"));
  const who = (label: string, name: "pinning" | "everyone") => (
    <Choice
      label={label}
      value={settings[name]}
      onChange={(value) => set({ [name]: value })}
      options={[{ value: "admins", label: t("only_admins") }, { value: "members", label: t("all_members") }]}
    />
  );
  const pause = pauses.find((seconds) => Number(seconds) >= settings.slowModeSeconds) ?? "3600";
  return (
    <Section title={t("rules")}>
      <Switch label={t("read_only")} hint={t("read_only_hint")} on={settings.readOnly} onChange={(readOnly) => set({ readOnly })} />
      <Switch label={t("reactions_on")} on={settings.reactions} onChange={(reactions) => set({ reactions })} />
      <Switch label={t("polls_on")} on={settings.polls} onChange={(polls) => set({ polls })} />
      {who(t("who_pins"), "pinning")}
      {who(t("who_calls_all"), "everyone")}
      <Choice
        label={t("slow_mode")}
        value={pause}
        onChange={(seconds) => set({ slowModeSeconds: Number(seconds) })}
        options={pauses.map((seconds) => ({ value: seconds, label: pauseName(Number(seconds)) }))}
      />
    </Section>
  );
}

function pauseName(seconds: number): string {
  if (seconds === 0) return t("no_pause");
  return seconds < 60 ? t("seconds", { count: seconds }) : t("minutes", { count: seconds / 60 });
}

function Endings({ channel }: { channel: Channel }) {
  const [sure, setSure] = useState(false);
  const archived = channel.status === "archived";
  const turn = () => attempt(api.post(`/channels/${channel.id}/${archived ? "unarchive" : "archive"}`), t(archived ? "unarchived" : "was_archived"));
  const remove = async () => {
    if (!(await attempt(api.delete(`/channels/${channel.id}`), t("channel_deleted")))) return;
    loseChannel(channel.id);
    go(`/g/${channel.groupId}`);
  };
  return (
    <>
      <Section title={t(archived ? "unarchive" : "archive")} hint={t("archive_hint")} actions={<Button size="small" onClick={turn}>{t(archived ? "unarchive" : "archive")}</Button>}>
        {null}
      </Section>
      <Section title={t("delete_channel")} hint={t("delete_channel_hint")} actions={<Button kind="danger" size="small" onClick={() => setSure(true)}>{t("delete_channel")}</Button>}>
        {sure && <Confirm title={t("delete_channel")} text={t("delete_channel_text", { name: channel.name })} action={t("delete")} danger onConfirm={remove} onClose={() => setSure(false)} />}
      </Section>
    </>
  );
}

function Leaving({ channel }: { channel: Channel }) {
  const leave = async () => {
    if (!(await attempt(api.delete(`/channels/${channel.id}/members/${me.value?.id}`)))) return;
    loseChannel(channel.id);
    go(`/g/${channel.groupId}`);
  };
  return (
    <Section title={t("leave_channel")} hint={t("leave_channel_hint")} actions={<Button size="small" onClick={leave}>{t("leave")}</Button>}>
      {null}
    </Section>
  );
}
