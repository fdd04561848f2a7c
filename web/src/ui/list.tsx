// A list that comes in pages: skeletons first, a button to read on, and words where it is empty or failed.
import type { ComponentChildren } from "preact";
import type { Listing } from "../api/pages";
import { t } from "../words";
import { Button } from "./button";
import type { IconName } from "./icon";
import { Empty } from "./pane";
import { sentence } from "./problem";
import { Skeleton } from "./skeleton";

type ListProps<Item, Name extends string> = {
  listing: Listing<Item, Name>;
  empty: string;
  icon: IconName;
  class?: string;
  children: (item: Item) => ComponentChildren;
};

export function List<Item, Name extends string>({ listing, empty, icon, class: className, children }: ListProps<Item, Name>) {
  const { items, more, loading, problem } = listing.state.value;
  if (problem) return <p class="notice" data-kind="bad" role="alert">{sentence(problem)}</p>;
  if (items.length === 0) return loading ? <Skeleton rows={5} height={3.5} /> : <Empty icon={icon} title={empty} />;
  return (
    <>
      <ul class={className} aria-busy={loading}>{items.map(children)}</ul>
      {more && <Button busy={loading} onClick={() => listing.more()}>{t("show_more")}</Button>}
    </>
  );
}
