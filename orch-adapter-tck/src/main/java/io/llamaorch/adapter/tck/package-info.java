/** The conformance kit: extend one class, supply one harness, and every rule is tested. */
@org.jspecify.annotations.NullMarked
package io.llamaorch.adapter.tck;
