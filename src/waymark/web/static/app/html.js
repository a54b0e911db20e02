// The one place where the libraries meet: everything else imports from here.
import { h, render, Fragment } from "preact";
import htm from "htm";

export { useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback, useId } from "preact/hooks";
export { batch, computed, effect, signal, untracked } from "@preact/signals-core";
export { useComputed, useSignal, useSignalEffect } from "@preact/signals";
export { Fragment, h, render };
export const html = htm.bind(h);
