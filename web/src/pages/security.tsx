// Password and sessions: where one is signed in, and the way out of each.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Session } from "../api/types";
import { changePassword, signOut, signOutEverywhere } from "../state/session";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { Field } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { Icon } from "../ui/icon";
import { Section } from "../ui/pane";
import { attempt } from "../ui/problem";
import { Skeleton } from "../ui/skeleton";
import { toast } from "../ui/toast";
import { ago, t } from "../words";
import { deviceName } from "./device";
import { SettingsPane } from "./settings";

export function SecuritySettings() {
  return (
    <SettingsPane>
      <Password />
      <Sessions />
    </SettingsPane>
  );
}

function Password() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const form = useForm(["currentPassword", "newPassword"], async () => {
    await changePassword(current, next);
    setCurrent("");
    setNext("");
    toast(t("password_changed"));
  });
  return (
    <Section title={t("change_password")} hint={t("change_password_hint")}>
      <Form form={form} action={t("change_password")}>
        <Field label={t("current_password")} error={form.errors["currentPassword"]} type="password" autocomplete="current-password" required value={current} onValue={setCurrent} />
        <Field label={t("new_password")} hint={t("password_hint")} error={form.errors["newPassword"]} type="password" autocomplete="new-password" required minLength={8} maxLength={128} value={next} onValue={setNext} />
      </Form>
    </Section>
  );
}

function Sessions() {
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [sure, setSure] = useState(false);
  const read = () => void api.get<{ sessions: Session[] }>("/auth/sessions").then((answer) => setSessions(answer.sessions), () => setSessions([]));
  useEffect(read, []);
  const end = async (session: Session) => {
    if (session.current) return signOut();
    if (await attempt(api.delete(`/auth/sessions/${session.id}`), t("session_ended"))) read();
  };
  const all = <Button size="small" onClick={() => setSure(true)}>{t("sign_out_everywhere")}</Button>;
  return (
    <Section title={t("sessions")} hint={t("sessions_hint")} actions={all}>
      {!sessions && <Skeleton rows={2} height={3.5} />}
      <ul class="table">
        {sessions?.map((session) => (
          <li class="table-row" key={session.id}>
            <Icon name="screen" />
            <div class="table-text">
              <span>{deviceName(session.device)} {session.current && <span class="tag" data-kind="accent">{t("this_device")}</span>}</span>
              <span class="soft small">{[session.address, ago(session.lastSeenAt)].filter(Boolean).join(" · ")}</span>
            </div>
            <Button kind="quiet" size="small" onClick={() => void end(session)}>{session.current ? t("sign_out") : t("end_session")}</Button>
          </li>
        ))}
      </ul>
      {sure && <Confirm title={t("sign_out_everywhere")} text={t("sign_out_everywhere_text")} action={t("sign_out_everywhere")} onConfirm={async () => void (await attempt(signOutEverywhere()))} onClose={() => setSure(false)} />}
    </Section>
  );
}
