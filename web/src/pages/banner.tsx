// Says honestly how it stands with the connection, and nothing while all is well.
import { useEffect, useState } from "preact/hooks";
import { hubState, tryNow } from "../state/connection";
import { Icon } from "../ui/icon";
import { t } from "../words";

export function Banner() {
  const { phase } = hubState.value;
  const away = phase === "waiting" || phase === "connecting" || phase === "catching-up";
  const late = useLate(away);
  return (
    <div class="banner" role="status" data-shown={(away && late) || undefined}>
      {away && late && <><Icon name={phase === "waiting" ? "warning" : "retry"} /><span>{words()}</span></>}
      {late && phase === "waiting" && navigator.onLine && <button type="button" class="banner-try" onClick={tryNow}>{t("try_now")}</button>}
    </div>
  );
}

function words(): string {
  const state = hubState.value;
  if (!navigator.onLine) return t("banner_offline");
  if (state.phase === "waiting") return t("banner_waiting");
  return state.phase === "catching-up" ? t("banner_catching_up") : t("banner_connecting");
}

/** A moment without connection, as at every start, is not worth a word. */
function useLate(away: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!away) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), 1200);
    return () => clearTimeout(timer);
  }, [away]);
  return late;
}
