// Where the client begins: the language first, then the session, then whatever the address asks for.
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import "./styles/front.css";
import { render } from "preact";
import { App } from "./app";
import { chooseLanguage, firstLanguage } from "./state/look";
import { resumeSession } from "./state/session";

const place = document.getElementById("app");
void resumeSession();
void chooseLanguage(firstLanguage()).finally(() => place && render(<App />, place));
