package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;

/** Where providers are looked for, as the report names it. */
interface Place {

    /** Where a class came from. */
    Origin of(Class<?> type);

    /** Where a provider is named whose class cannot be loaded. */
    Origin naming(String provider);
}
