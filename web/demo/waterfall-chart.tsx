/** Draws how the call began. */

import { useMemo, type ReactElement } from 'react';

import type { CallSnapshot } from 'groupcall';
import { waterfalls, type Stretch, type Waterfall } from './waterfall.js';

const AXIS = 1_000;
/** What took no time is seen all the same. */
const LEAST = 8;

const inMs = (ms: number): string => `${Math.round(ms).toLocaleString('en')} ms`;

/** By attributes of SVG, since a Content-Security-Policy forbids the attribute `style`. */
function Bar({ stretch: { fromMs, toMs }, of: { startMs, endMs } }: { readonly stretch: Stretch; readonly of: Waterfall }): ReactElement {
  const at = (ms: number): number => ((ms - startMs) / (endMs - startMs)) * AXIS;
  const x = Math.min(at(fromMs), AXIS - LEAST);
  return (
    <svg className="stretch" viewBox={`0 0 ${AXIS} 10`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect className="stretch-axis" width={AXIS} height="10" />
      <rect className="stretch-bar" x={x} width={Math.max(LEAST, at(toMs) - x)} height="10" />
    </svg>
  );
}

function Group({ waterfall, title }: { readonly waterfall: Waterfall; readonly title: string }): ReactElement {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={3}>
          {title}
          {waterfall.startMs > 0 && <span className="later"> later, after {inMs(waterfall.startMs)}</span>}
        </th>
      </tr>
      {waterfall.stretches.map((stretch) => (
        <tr key={stretch.step}>
          <th scope="row">{stretch.step}</th>
          <td>
            <Bar stretch={stretch} of={waterfall} />
          </td>
          <td className="number">{inMs(stretch.toMs - waterfall.startMs)}</td>
        </tr>
      ))}
    </tbody>
  );
}

export interface WaterfallChartProps {
  readonly timings: CallSnapshot['timings'];
  readonly nameFor: (userId: string) => string;
}

/** A table, so that it can be read aloud; its bars are for those who see. */
export function WaterfallChart({ timings, nameFor }: WaterfallChartProps): ReactElement {
  const all = useMemo(() => waterfalls(timings), [timings]);
  if (all.length === 0) return <p className="soft">Nothing has happened yet.</p>;
  return (
    <table className="waterfall">
      <caption className="gc-hidden">When each step was reached, in milliseconds since joining</caption>
      <thead className="gc-hidden">
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Drawn</th>
          <th scope="col">Reached after</th>
        </tr>
      </thead>
      {all.map((waterfall) => (
        <Group key={waterfall.userId ?? ''} waterfall={waterfall} title={waterfall.userId === null ? 'You, since joining' : nameFor(waterfall.userId)} />
      ))}
    </table>
  );
}
