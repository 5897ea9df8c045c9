/** The black-box tests: the registry's jar on the true module path, and in JVMs of their own. */
open module io.llamaorch.adapter.registry.it {
    requires io.llamaorch.adapter.registry;
    requires java.compiler;
    requires org.junit.jupiter.api;

    uses io.llamaorch.adapter.spi.AdapterFactory;
}
