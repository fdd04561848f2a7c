// Where the client begins.
import { render } from "preact";

const place = document.getElementById("app");
if (place) render(<p>hubbub</p>, place);
