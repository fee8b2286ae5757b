import { defineConfig, globalIgnores } from 'eslint/config'
import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'

// Warnings do not exist here: a rule either holds (error) or is not one of ours.
export default defineConfig(
  globalIgnores(['dist/**', 'data/**', 'node_modules/**', '.tap/**', '**/*.data.ts']),
  {
    files: ['src/**/*.ts', 'src/**/*.tsx', 'test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'no-control-regex': 'off',
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    plugins: { regexp },
    rules: {
      // Foreign text reaches nearly every expression here: one that takes more than linear time stops a worker. No exceptions.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
      complexity: ['error', 20],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'named exports only (style: the name is the search key)' },
        { selector: 'TSEnumDeclaration', message: 'no enum: a string union is erasable' },
        { selector: 'ExportAllDeclaration', message: 'no barrel files: import from the file that owns the name' },
      ],
    },
  },
  {
    // A test that awaits nothing or reads untyped JSON is still a test.
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
    },
  },
  {
    // The browser's part: a page of elements is one thought, and has a project of its own with the browser's types.
    files: ['src/console/page/**/*.ts', 'src/console/page/**/*.tsx'],
    languageOptions: {
      parserOptions: { project: './src/console/page/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'max-lines-per-function': ['error', { max: 280, skipBlankLines: true, skipComments: true }],
      // What is shown under which condition stands beside the elements that it is about.
      complexity: ['error', 45],
    },
  },
)
