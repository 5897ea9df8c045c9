/** The contract between an orchestrator and the adapters that talk to its engines. It depends on nothing but the JDK. */
module io.llamaorch.adapter.spi {
    exports io.llamaorch.adapter.spi;

    requires static org.jspecify;
}
