// SPDX-License-Identifier: Apache-2.0
// The one theme: neutral greys, one calm teal-blue, colours for ok, attention and failed; a 4-px
// grid, the system's font in two weights. Light and dark come from the same tokens.
import {
  ActionIcon,
  Anchor,
  Badge,
  Button,
  Card,
  createTheme,
  type CSSVariablesResolver,
  Drawer,
  Input,
  Loader,
  type MantineColorsTuple,
  Modal,
  Text,
  Tooltip,
} from '@mantine/core';

const teal: MantineColorsTuple = [
  '#eaf5f7', '#d3e9ee', '#a8d3dd', '#7bbdcb', '#55a9bb', '#3595a9', '#1d8095', '#0f6b7c', '#0b5866', '#07454f',
];
const gray: MantineColorsTuple = [
  '#f7f8f8', '#eff1f2', '#e3e6e8', '#d2d6d9', '#b3babe', '#7d868d', '#5d666d', '#4d565d', '#353c42', '#1c2125',
];
const dark: MantineColorsTuple = [
  '#dde1e4', '#bfc5c9', '#9fa7ad', '#6b747b', '#394147', '#2e353a', '#232a2e', '#171c1f', '#121618', '#0c0f11',
];

const font =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", "Helvetica Neue", Arial, sans-serif';

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 7 },
  colors: { teal, gray, dark },
  black: '#1c2125',
  fontFamily: font,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '1rem', lg: '1.125rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  radius: { xs: '0.25rem', sm: '0.25rem', md: '0.375rem', lg: '0.5rem', xl: '0.75rem' },
  defaultRadius: 'md',
  shadows: { xs: 'none', sm: 'none', md: '0 4px 16px rgb(0 0 0 / 12%)', lg: '0 8px 24px rgb(0 0 0 / 16%)', xl: '0 8px 32px rgb(0 0 0 / 20%)' },
  headings: {
    fontFamily: font,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '2rem' },
      h2: { fontSize: '1.125rem', lineHeight: '1.5rem' },
      h3: { fontSize: '1rem', lineHeight: '1.5rem' },
      h4: { fontSize: '0.875rem', lineHeight: '1.25rem' },
    },
  },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Anchor: Anchor.extend({ defaultProps: { underline: 'hover', inherit: true } }),
    Badge: Badge.extend({ defaultProps: { variant: 'light', tt: 'none', fw: 600, radius: 'sm' } }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    Card: Card.extend({ defaultProps: { withBorder: true, shadow: 'none', padding: 'lg' } }),
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Input: Input.extend({ defaultProps: { size: 'sm' } }),
    Loader: Loader.extend({ defaultProps: { type: 'dots', size: 'sm' } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, closeButtonProps: { 'aria-label': 'Close' }, overlayProps: { backgroundOpacity: 0.4 } },
    }),
    Text: Text.extend({ defaultProps: { size: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 200, events: { hover: true, focus: true, touch: true } } }),
  },
});

/** Our own tokens, beside Mantine's. `-soft` is a background, `-line` a border. */
export const variables: CSSVariablesResolver = (t) => ({
  variables: {
    '--pons-content': '75rem',
    '--pons-nav': '15rem',
  },
  light: {
    '--mantine-color-placeholder': t.colors.gray[6],
    '--mantine-color-dimmed': t.colors.gray[6],
    '--mantine-color-error': '#a8201a',
    '--pons-surface': '#ffffff',
    '--pons-ground': t.colors.gray[0],
    '--pons-line': t.colors.gray[2],
    '--pons-hover': t.colors.gray[1],
    '--pons-focus': t.colors.teal[6],
    '--pons-accent': t.colors.teal[7],
    '--pons-accent-soft': t.colors.teal[0],
    '--pons-ok': '#17683f',
    '--pons-ok-soft': '#e8f4ed',
    '--pons-ok-line': '#b9dcc8',
    '--pons-attention': '#7d5000',
    '--pons-attention-soft': '#fcf3df',
    '--pons-attention-line': '#ecd39a',
    '--pons-failed': '#a8201a',
    '--pons-failed-soft': '#fbebea',
    '--pons-failed-line': '#efc0bd',
    '--pons-quiet': t.colors.gray[6],
    '--pons-quiet-soft': t.colors.gray[1],
    '--pons-code': t.colors.gray[1],
  },
  dark: {
    '--mantine-color-placeholder': t.colors.dark[2],
    '--mantine-color-dimmed': t.colors.dark[2],
    '--mantine-color-error': '#f4938c',
    '--pons-surface': t.colors.dark[7],
    '--pons-ground': t.colors.dark[8],
    '--pons-line': t.colors.dark[5],
    '--pons-hover': t.colors.dark[6],
    '--pons-focus': t.colors.teal[3],
    '--pons-accent': t.colors.teal[3],
    '--pons-accent-soft': '#12303a',
    '--pons-ok': '#6fcf9b',
    '--pons-ok-soft': '#142b20',
    '--pons-ok-line': '#25503a',
    '--pons-attention': '#e5b95c',
    '--pons-attention-soft': '#2e2613',
    '--pons-attention-line': '#5c4a1f',
    '--pons-failed': '#f4938c',
    '--pons-failed-soft': '#331b1a',
    '--pons-failed-line': '#6a3330',
    '--pons-quiet': t.colors.dark[2],
    '--pons-quiet-soft': t.colors.dark[6],
    '--pons-code': t.colors.dark[8],
  },
});
