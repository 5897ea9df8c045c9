package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.registry.BreakerPolicy;
import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.RetryPolicy;

/**
 * How a host behaves.
 *
 * @param admission what becomes of work for which there is no place
 * @param retry what becomes of failures
 * @param breaker when a replica gets no more work because of them
 * @param health how replicas are looked after
 */
public record Policies(AdmissionPolicy admission, RetryPolicy retry, BreakerPolicy breaker, HealthPolicy health) {}
