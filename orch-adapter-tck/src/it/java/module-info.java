/** The black-box tests: on the true module path, against the jars, with the real engine where there is one. */
open module io.llamaorch.adapter.tck.it {
    requires io.llamaorch.adapter.llamacpp;
    requires io.llamaorch.adapter.registry;
    requires io.llamaorch.adapter.tck;
    requires java.compiler;
    requires org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires tools.jackson.core;

    uses io.llamaorch.adapter.spi.AdapterFactory;
}
