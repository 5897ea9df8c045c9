/** Between JSON and the SPI's types: requests, events, properties and errors of llama.cpp. */
@NullMarked
package io.llamaorch.adapter.llamacpp.internal.codec;

import org.jspecify.annotations.NullMarked;
