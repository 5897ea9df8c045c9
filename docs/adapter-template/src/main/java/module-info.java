/** The adapter for my engine. */
module com.example.myengine {
    requires io.llamaorch.adapter.spi;
    requires tools.jackson.core;

    provides io.llamaorch.adapter.spi.AdapterFactory with
            com.example.myengine.MyEngineAdapterFactory;
}
