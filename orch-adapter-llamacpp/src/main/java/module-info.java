/** The adapter for llama.cpp servers. It is found as a service and needs only the contract module. */
module io.llamaorch.adapter.llamacpp {
    exports io.llamaorch.adapter.llamacpp;

    requires transitive io.llamaorch.adapter.spi;
    requires static org.jspecify;
    requires org.slf4j;
    requires tools.jackson.core;

    provides io.llamaorch.adapter.spi.AdapterFactory with
            io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
}
