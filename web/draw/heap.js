// @ts-check
/** Things in waiting; the one with the least weight is taken first. */

/** @template T */
export class Heap {
  constructor() {
    /** @type {[number, T][]} */
    this.items = [];
  }

  get least() {
    return this.items.length ? this.items[0][0] : Infinity;
  }

  /** @param {number} weight @param {T} thing */
  put(weight, thing) {
    const { items } = this;
    let at = items.length;
    items.push([weight, thing]);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (items[above][0] <= weight) break;
      items[at] = items[above];
      at = above;
    }
    items[at] = [weight, thing];
  }

  /** @returns {T | undefined} */
  take() {
    const { items } = this;
    const [first, last] = [items[0], items.pop()];
    if (!first || !last || items.length === 0) return first?.[1];
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && items[below + 1][0] < items[below][0]) below += 1;
      if (items[below][0] >= last[0]) break;
      items[at] = items[below];
      at = below;
    }
    items[at] = last;
    return first[1];
  }
}
