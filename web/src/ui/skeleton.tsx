// Grey lines of about the size of what is on its way, so that nothing jumps when it comes.
import { t } from "../words";

export function Skeleton({ rows = 4, height = 3 }: { rows?: number; height?: number }) {
  return (
    <div class="skeletons" role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, row) => <div class="skeleton" key={row} style={{ blockSize: `${height}rem` }} />)}
    </div>
  );
}
