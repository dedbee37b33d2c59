// What the SPARQL editor needs of CodeMirror 6, bundled into one file by `make vendor`.
export { EditorView, keymap } from "@codemirror/view";
export { basicSetup } from "codemirror";
export { autocompletion } from "@codemirror/autocomplete";
export { sparql } from "codemirror-lang-sparql";
