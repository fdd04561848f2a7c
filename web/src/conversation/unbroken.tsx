// Keeps a failure to draw one message to that message.
import { Component, type ComponentChildren } from "preact";
import type { Message } from "../hub";
import { Icon } from "../ui/icon";
import { t } from "../words";

interface Props {
  message: Message;
  children: ComponentChildren;
}

interface State {
  broken?: Message;
}

/** Says so in place of what failed, until the message is another: edited or deleted it may well be drawn. */
export class Unbroken extends Component<Props, State> {
  override componentDidCatch(problem: unknown): void {
    console.error(problem);
    this.setState({ broken: this.props.message });
  }

  override render({ message, children }: Props, { broken }: State) {
    if (broken !== message) return children;
    return (
      <article class="message">
        <div class="message-side" />
        <div class="message-body"><p class="message-gone"><Icon name="warning" />{t("talk_undrawn")}</p></div>
      </article>
    );
  }
}
