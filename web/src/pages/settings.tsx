// The settings of the person: profile, security, look, and whom they block.
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../api/http";
import { Listing } from "../api/pages";
import type { Block } from "../api/types";
import type { ComponentChildren } from "preact";
import { chooseLanguage, theme } from "../state/look";
import { allowRinging, permission, ringing } from "../state/notices";
import { meet } from "../state/people";
import { changeProfile, me } from "../state/session";
import { Avatar } from "../ui/avatar";
import { Button } from "../ui/button";
import { Choice, Field, Switch } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { List } from "../ui/list";
import { Pane, Section, Tabs } from "../ui/pane";
import { attempt } from "../ui/problem";
import { toast } from "../ui/toast";
import { day, language, languages, t } from "../words";
import { PersonRow } from "./person-row";

export { SecuritySettings } from "./security";

export function SettingsPane({ children }: { children: ComponentChildren }) {
  const tabs = [
    { to: "/settings", name: t("profile") },
    { to: "/settings/security", name: t("security") },
    { to: "/settings/look", name: t("look") },
    { to: "/settings/blocked", name: t("blocked") },
  ];
  return <Pane title={t("settings")} icon="gear" tabs={<Tabs label={t("settings")} tabs={tabs} />}>{children}</Pane>;
}

export function ProfileSettings() {
  return (
    <SettingsPane>
      <Profile />
      <Email />
    </SettingsPane>
  );
}

function Profile() {
  const user = me.value;
  const [displayName, setDisplayName] = useState(user?.displayName ?? "");
  const [bio, setBio] = useState(user?.bio ?? "");
  const form = useForm(["displayName", "bio"], async () => {
    await changeProfile({ displayName: displayName.trim() || null, bio: bio.trim() || null });
    if (me.value) meet([me.value]);
    toast(t("saved"));
  });
  if (!user) return null;
  return (
    <Section title={t("profile")} hint={t("profile_hint")}>
      <div class="self">
        <Avatar id={user.id} name={displayName || user.username} size={4} picture={user.avatarUrl} />
        <div><b dir="auto">{displayName || user.username}</b><p class="soft">@{user.username}</p></div>
      </div>
      <Form form={form} action={t("save")}>
        <Field label={t("display_name")} error={form.errors["displayName"]} maxLength={64} autocomplete="nickname" value={displayName} onValue={setDisplayName} />
        <Field label={t("bio")} error={form.errors["bio"]} rows={3} maxLength={500} value={bio} onValue={setBio} />
      </Form>
    </Section>
  );
}

function Email() {
  const [email, setEmail] = useState(me.value?.email ?? "");
  const [password, setPassword] = useState("");
  const changed = email.trim() !== (me.value?.email ?? "");
  const form = useForm(["email", "currentPassword"], async () => {
    await changeProfile({ email: email.trim(), currentPassword: password });
    setPassword("");
    toast(t("saved"));
  });
  return (
    <Section title={t("email")} hint={t("email_hint")}>
      <Form form={form} action={t("change_email")} disabled={!changed}>
        <Field label={t("email")} error={form.errors["email"]} type="email" autocomplete="email" required value={email} onValue={setEmail} />
        {changed && (
          <Field label={t("current_password")} error={form.errors["currentPassword"]} type="password" autocomplete="current-password" required value={password} onValue={setPassword} />
        )}
      </Form>
    </Section>
  );
}

export function LookSettings() {
  const themes = (["system", "light", "dark"] as const).map((value) => ({ value, label: t(`theme_${value}`) }));
  return (
    <SettingsPane>
      <Section title={t("look")} hint={t("look_hint")}>
        <Choice label={t("theme")} value={theme.value} options={themes} onChange={(value) => (theme.value = value)} />
        <Choice label={t("language")} value={language.value} options={languages.map(({ code, name }) => ({ value: code, label: name }))} onChange={(code) => void chooseLanguage(code)} />
      </Section>
      {permission.value !== "unsupported" && (
        <Section title={t("notifications")}>
          {permission.value === "denied"
            ? <p class="notice small">{t("ring_denied")}</p>
            : <Switch label={t("ring")} hint={t("ring_hint")} on={ringing.value} onChange={(on) => void allowRinging(on)} />}
        </Section>
      )}
    </SettingsPane>
  );
}

export function BlockedSettings() {
  const listing = useMemo(() => new Listing<Block, "blocks">("/client/blocks", "blocks"), []);
  useEffect(() => void listing.start(), []);
  const unblock = async (block: Block) => {
    const done = await attempt(api.delete(`/users/${block.userId}/block`), t("was_unblocked", { name: block.username }));
    if (done) listing.change((items) => items.filter((one) => one.userId !== block.userId));
  };
  return (
    <SettingsPane>
      <p class="soft">{t("blocked_hint")}</p>
      <List listing={listing} empty={t("nobody_blocked")} icon="ban" class="people">
        {(block) => (
          <PersonRow key={block.userId} id={block.userId} username={block.username} about={day(block.createdAt)}>
            <Button size="small" onClick={() => unblock(block)}>{t("unblock")}</Button>
          </PersonRow>
        )}
      </List>
    </SettingsPane>
  );
}
