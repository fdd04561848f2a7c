// Draws the dialog that lies over the page, if there is one.
import { closeOverlay, overlay } from "../state/overlay";
import { AddMembers, NewDirect } from "./invite";
import { NewChannel, NewGroup } from "./create";
import { Shortcuts } from "./shortcuts";
import { Switcher } from "./switcher";

export function Overlays() {
  const open = overlay.value;
  switch (open?.name) {
    case "switcher":
      return <Switcher onClose={closeOverlay} />;
    case "shortcuts":
      return <Shortcuts onClose={closeOverlay} />;
    case "new-direct":
      return <NewDirect onClose={closeOverlay} />;
    case "new-group":
      return <NewGroup onClose={closeOverlay} />;
    case "new-channel":
      return <NewChannel group={open.group} onClose={closeOverlay} />;
    case "add-members":
      return <AddMembers group={open.group} channel={open.channel} onClose={closeOverlay} />;
    case undefined:
      return null;
  }
}
