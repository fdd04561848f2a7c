// The fields of a new account, as registering and claiming ask for them.
import { useState } from "preact/hooks";
import type { Account } from "../state/session";
import { Field } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { t } from "../words";

type AccountFormProps = { action: string; send: (account: Account) => Promise<void> };

export function AccountForm({ action, send }: AccountFormProps) {
  const [account, setAccount] = useState<Account>({ username: "", email: "", password: "" });
  const form = useForm(["username", "email", "password"], () => send(account));
  const set = (name: keyof Account) => (value: string) => setAccount({ ...account, [name]: value });
  return (
    <Form form={form} action={action} wide>
      <Field
        label={t("username")}
        hint={t("username_hint")}
        error={form.errors["username"]}
        name="username"
        autocomplete="username"
        required
        minLength={3}
        maxLength={30}
        autoFocus
        value={account.username}
        onValue={set("username")}
      />
      <Field label={t("email")} error={form.errors["email"]} type="email" name="email" autocomplete="email" required value={account.email} onValue={set("email")} />
      <Field
        label={t("password")}
        hint={t("password_hint")}
        error={form.errors["password"]}
        type="password"
        name="password"
        autocomplete="new-password"
        required
        minLength={8}
        maxLength={128}
        value={account.password}
        onValue={set("password")}
      />
    </Form>
  );
}
