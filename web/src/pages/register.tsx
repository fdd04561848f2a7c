// A new account, where the server lets people make one.
import { Failure } from "../api/failure";
import { register, type Account } from "../state/session";
import { Link } from "../ui/link";
import { t } from "../words";
import { AccountForm } from "./account";
import { Front } from "./front";

export function RegisterPage() {
  return (
    <Front title={t("register_title")} lead={t("register_lead")}>
      <AccountForm action={t("register")} send={send} />
      <p class="front-else">{t("have_account")} <Link to="/sign-in">{t("sign_in")}</Link></p>
    </Front>
  );
}

async function send(account: Account): Promise<void> {
  await register(account).catch((problem: unknown) => {
    if (problem instanceof Failure && problem.code === "FORBIDDEN") throw new Failure("CLOSED", t("register_closed"));
    throw problem;
  });
}
