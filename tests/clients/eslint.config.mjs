// The relay rules and the naming and description rules of @graphql-eslint over the committed schema.
import graphql from "@graphql-eslint/eslint-plugin";

const { rules } = graphql.configs["flat/schema-relay"] ?? {};
export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: "./schema.graphql" } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...rules,
      // `Node.nodes(ids)` is a list of nodes by its own convention, not a connection.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      "@graphql-eslint/require-description": ["error", { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true }],
      "@graphql-eslint/no-hashtag-description": "error",
      "@graphql-eslint/unique-enum-value-names": "error",
      "@graphql-eslint/no-typename-prefix": "error",
    },
  },
];
