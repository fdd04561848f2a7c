// Decides what is shown: the pages before signing in, or the house behind them, which is loaded only then.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { ClaimPage } from "./pages/claim";
import { RegisterPage } from "./pages/register";
import { SignInPage } from "./pages/sign-in";
import { go, ownPath, route } from "./state/route";
import { me } from "./state/session";
import { Logo } from "./ui/icon";
import { Toasts } from "./ui/toast";
import { t } from "./words";

const shell = signal<ComponentType | null>(null);
const outside = ["/sign-in", "/register", "/claim"];

export function App() {
  return (
    <>
      <Inside />
      <Toasts />
    </>
  );
}

function Inside() {
  const user = me.value;
  const path = route.value.path;
  const isOutside = outside.includes(path);
  useEffect(() => {
    if (user === null && !isOutside) go(signInPath(path), "replace");
    if (user && isOutside && path !== "/claim") go(ownPath(route.value.query.get("to")), "replace");
    if (user) void loadShell();
  }, [user, path]);
  if (path === "/claim") return <ClaimPage />;
  if (user === undefined) return <Splash />;
  if (user === null) return path === "/register" ? <RegisterPage /> : <SignInPage />;
  const Shell = shell.value;
  return Shell ? <Shell /> : <Splash />;
}

/** Where one wanted to go stays in the address, if it is a path of ours. */
function signInPath(path: string): string {
  return path === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(path)}`;
}

async function loadShell(): Promise<void> {
  shell.value ??= (await import("./pages/shell")).Shell;
}

function Splash() {
  return (
    <main class="splash" aria-busy="true" aria-label={t("loading")}>
      <Logo />
    </main>
  );
}
