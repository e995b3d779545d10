package org.spikelane.training;

import java.util.Map;

/**
 * What an epoch of training came to.
 *
 * @param epoch number of the epoch, from 1
 * @param loss mean loss of the samples, each before the update that it took part in
 * @param accuracy share of the samples whose class spiked most
 * @param firingRates spikes per neuron and step, by neuron layer
 * @param seconds wall-clock time of the epoch
 */
public record EpochReport(int epoch, double loss, double accuracy, Map<String, Double> firingRates, double seconds) {}
