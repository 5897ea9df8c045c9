/** Discovers adapters, binds them to replicas, watches their health, and dispatches tasks. It never names an adapter. */
module io.llamaorch.adapter.registry {
    exports io.llamaorch.adapter.registry;

    requires transitive io.llamaorch.adapter.spi;
    requires static org.jspecify;
    requires org.slf4j;
}
