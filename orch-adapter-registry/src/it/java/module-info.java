/** The black-box tests: against the jar, on the true module path and in JVMs of their own. */
open module io.llamaorch.adapter.registry.it {
    requires io.llamaorch.adapter.registry;
    requires io.llamaorch.adapter.spi;
    requires java.compiler;
    requires org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires static org.jspecify;
}
