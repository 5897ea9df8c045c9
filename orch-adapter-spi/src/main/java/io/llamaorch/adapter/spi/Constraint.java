package io.llamaorch.adapter.spi;

import java.util.Objects;

/**
 * A form that the answer must have. A task has at most one.
 *
 * <p>Thread safety: immutable.
 */
public sealed interface Constraint {

    /**
     * The answer must be JSON that a schema admits; needs {@link Capability#JSON_SCHEMA}.
     *
     * @param schema the JSON schema, as JSON text
     */
    record JsonSchema(String schema) implements Constraint {

        /**
         * Checks that nothing is null.
         *
         * @param schema the JSON schema, as JSON text
         */
        public JsonSchema {
            Objects.requireNonNull(schema, "schema");
        }
    }

    /**
     * The answer must match a grammar in the engine's own notation (GBNF for llama.cpp); needs
     * {@link Capability#GRAMMAR}.
     *
     * @param grammar the grammar
     */
    record Grammar(String grammar) implements Constraint {

        /**
         * Checks that nothing is null.
         *
         * @param grammar the grammar
         */
        public Grammar {
            Objects.requireNonNull(grammar, "grammar");
        }
    }
}
