// Becoming the first administrator, with the token behind the # of the link: a browser sends it to nobody.
import { Failure } from "../api/failure";
import { go } from "../state/route";
import { claim, type Account } from "../state/session";
import { Link } from "../ui/link";
import { t } from "../words";
import { AccountForm } from "./account";
import { Front } from "./front";

export function ClaimPage() {
  const token = location.hash.slice(1);
  const send = async (account: Account) => {
    await claim(token, account).catch(explain);
    go("/", "replace");
  };
  return (
    <Front title={t("claim_title")} lead={t("claim_lead")}>
      {token
        ? <AccountForm action={t("claim")} send={send} />
        : <p class="notice" data-kind="bad" role="alert">{t("claim_no_token")}</p>}
      <p class="front-else">{t("have_account")} <Link to="/sign-in">{t("sign_in")}</Link></p>
    </Front>
  );
}

function explain(problem: unknown): never {
  if (problem instanceof Failure && (problem.code === "NOT_FOUND" || problem.code === "GONE")) {
    throw new Failure("CLAIMED", t("claim_over"));
  }
  throw problem;
}
