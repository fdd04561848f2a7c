// Signing in.
import { useState } from "preact/hooks";
import { Failure } from "../api/failure";
import { signIn } from "../state/session";
import { Field } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { Link } from "../ui/link";
import { t } from "../words";
import { Front } from "./front";

export function SignInPage() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const form = useForm([], () => signIn(name.trim(), password).catch(sayWrong));
  return (
    <Front title={t("sign_in_title")} lead={t("sign_in_lead")}>
      <Form form={form} action={t("sign_in")} wide>
        <Field label={t("username_or_email")} name="username" autocomplete="username" required autoFocus value={name} onValue={setName} />
        <Field label={t("password")} type="password" name="password" autocomplete="current-password" required value={password} onValue={setPassword} />
      </Form>
      <p class="front-else">{t("new_here")} <Link to="/register">{t("register")}</Link></p>
    </Front>
  );
}

/** The server says the same of a wrong name and a wrong password; so do we. */
function sayWrong(problem: unknown): never {
  if (problem instanceof Failure && problem.code === "UNAUTHENTICATED") throw new Failure("WRONG", t("sign_in_wrong"));
  throw problem;
}
