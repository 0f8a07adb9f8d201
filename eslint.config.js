// What TypeScript in this repository may do, and which package may import which.
import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/tests/**', 'e2e/**', 'interop/**'];

/** Forbids imports; `client ← react ← web`: each may use what stands to its left, never to its right. */
function mayNotImport(...patterns) {
  return { 'no-restricted-imports': ['error', { patterns }] };
}

const REACT = {
  regex: '^react(-dom)?(/|$)',
  message: 'The SDK runs without React: what needs React belongs in packages/react.',
};
const NODE = {
  regex: '^node:',
  message: 'This package runs in browsers: take what is missing there as an option.',
};
const RIGHT_OF_CLIENT = {
  regex: '^@antiphon/(react|web|e2e|interop)(/|$)',
  message: 'client ← react ← web: the SDK stands at the left end.',
};
const ALONE = {
  regex: '^@antiphon/',
  message: 'A bot needs nothing of a page: its SDK stands alone.',
};
const RIGHT_OF_REACT = {
  regex: '^@antiphon/(web|e2e|interop)(/|$)',
  message: 'client ← react ← web: hooks and components do not know the page.',
};
const PROTOCOL_TYPES = {
  regex: '/generated/|^@antiphon/client/(protocol|generated)',
  message: "Hooks, components and the page speak the SDK's words, never those of the wire.",
};
const NEIGHBOURS_FILES = {
  regex: '^(\\.\\./)+(client|react|web|packages|e2e|interop)/',
  message: 'Import a neighbour by its name (@antiphon/…): its exports are its door.',
};

export default defineConfig(
  globalIgnores(['**/dist/', '**/generated/', 'target/', 'data/', 'clients/', '**/coverage/', '**/.venv/']),
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // Functions that do not fit on a screen have taken on a second job (clippy.toml says the same for Rust).
    files: ['**/*.ts'],
    ignores: TESTS,
    rules: { 'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }] },
  },
  {
    // Of the components those are for others that stand at the top; what they are made of explains itself.
    files: ['packages/{bot,client}/**/*.ts', 'packages/react/**/*.{ts,tsx}'],
    ignores: ['packages/react/src/ui/*/**', ...TESTS],
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          enableFixer: false,
          require: { ClassDeclaration: true, FunctionDeclaration: true },
          contexts: ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration'],
        },
      ],
    },
  },
  {
    files: ['packages/{react,web}/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest'] ?? reactHooks.configs.flat.recommended],
  },
  {
    files: ['packages/client/**/*.ts'],
    ignores: TESTS,
    rules: mayNotImport(REACT, NODE, RIGHT_OF_CLIENT, NEIGHBOURS_FILES),
  },
  {
    files: ['packages/bot/**/*.ts'],
    ignores: TESTS,
    rules: mayNotImport(REACT, NODE, ALONE, NEIGHBOURS_FILES),
  },
  {
    files: ['packages/react/**/*.{ts,tsx}'],
    ignores: TESTS,
    rules: mayNotImport(NODE, RIGHT_OF_REACT, PROTOCOL_TYPES, NEIGHBOURS_FILES),
  },
  {
    files: ['packages/web/**/*.{ts,tsx}'],
    ignores: ['packages/web/vite.config.ts', ...TESTS],
    rules: mayNotImport(NODE, PROTOCOL_TYPES, NEIGHBOURS_FILES),
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    files: TESTS,
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-console': 'off' },
  },
);
