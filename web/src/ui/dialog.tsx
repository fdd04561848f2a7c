// A dialog over the page. The browser keeps the focus inside, closes it on Escape and gives the focus back.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../words";
import { Button, IconButton } from "./button";

type DialogProps = { title: string; onClose: () => void; children: ComponentChildren; class?: string; bare?: boolean };

export function Dialog({ title, onClose, children, class: className, bare }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const closeOutside = (event: MouseEvent) => event.target === dialog.current && onClose();
  return (
    <dialog ref={dialog} class={`dialog ${className ?? ""}`} aria-labelledby={id} onClose={onClose} onMouseDown={closeOutside}>
      {bare
        ? <h2 class="unseen" id={id}>{title}</h2>
        : <header class="dialog-head"><h2 id={id}>{title}</h2><IconButton icon="close" label={t("close")} onClick={onClose} /></header>}
      {bare ? children : <div class="dialog-body">{children}</div>}
    </dialog>
  );
}

type ConfirmProps = {
  title: string;
  text: string;
  action: string;
  danger?: boolean;
  onConfirm: () => Promise<void>;
  onClose: () => void;
};

/** Asks once more before something that cannot be taken back. */
export function Confirm({ title, text, action, danger, onConfirm, onClose }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    await onConfirm().finally(() => setBusy(false));
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <div class="dialog-foot">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind={danger ? "danger" : "main"} busy={busy} onClick={confirm}>{action}</Button>
      </div>
    </Dialog>
  );
}
