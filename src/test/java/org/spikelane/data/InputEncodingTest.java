package org.spikelane.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputEncodingTest {

  @Test
  void comesBackFromTextAsItWas() {
    long seed = 7;
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    float[] mean = new float[500];
    float[] deviation = new float[500];
    for (int c = 0; c < 500; c++) {
      do {
        mean[c] = Float.intBitsToFloat(random.nextInt());
      } while (!Float.isFinite(mean[c]));
      do {
        deviation[c] = Float.intBitsToFloat(random.nextInt() & Integer.MAX_VALUE);
      } while (!Float.isFinite(deviation[c]) || deviation[c] == 0);
    }
    assertComesBack(new EventBins(0.014, 100, 700));
    assertComesBack(new EventBins(1e-30, 1, 1));
    assertComesBack(new PixelCurrent(16, 25, 64));
    assertComesBack(new PixelCurrent(Float.MIN_VALUE, 1, 1));
    assertComesBack(new Standardized(Standardized.Reading.DEFLECTION, 76, mean, deviation));
    assertComesBack(new Standardized(Standardized.Reading.VALUE, 76, mean, deviation));
  }

  private static void assertComesBack(InputEncoding encoding) {
    InputEncoding read = InputEncoding.fromJson(JsonParser.parseString(encoding.toJson().toString()).getAsJsonObject());
    assertEquals(encoding, read);
    assertEquals(encoding.hashCode(), read.hashCode());
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "kind|{}",
    "kind|{'kind':1}",
    "kind|{'kind':'poisson'}",
    "binSeconds|{'kind':'event-bins','steps':1,'units':1}",
    "binSeconds|{'kind':'event-bins','binSeconds':'0.1','steps':1,'units':1}",
    "binSeconds|{'kind':'event-bins','binSeconds':0,'steps':1,'units':1}",
    "binSeconds|{'kind':'event-bins','binSeconds':1e-60,'steps':1,'units':1}",
    "binSeconds|{'kind':'event-bins','binSeconds':1e60,'steps':1,'units':1}",
    "binSeconds|{'kind':'event-bins','binSeconds':-1,'steps':1,'units':1}",
    "binSeconds|{'kind':'event-bins','binSeconds':NaN,'steps':1,'units':1}",
    "steps|{'kind':'event-bins','binSeconds':1,'steps':1.5,'units':1}",
    "steps|{'kind':'event-bins','binSeconds':1,'steps':null,'units':1}",
    "steps|{'kind':'event-bins','binSeconds':1,'steps':4294967297,'units':1}",
    "steps|{'kind':'event-bins','binSeconds':1,'steps':0,'units':1}",
    "units|{'kind':'event-bins','binSeconds':1,'steps':100000,'units':100000}",
    "units|{'kind':'event-bins','binSeconds':1,'steps':1,'units':[1]}",
    "colour|{'kind':'event-bins','binSeconds':1,'steps':1,'units':1,'colour':1}",
    "divisor|{'kind':'pixel-current','divisor':0,'steps':1,'features':1}",
    "divisor|{'kind':'pixel-current','steps':1,'features':1}",
    "steps|{'kind':'pixel-current','divisor':1,'steps':-1,'features':1}",
    "features|{'kind':'pixel-current','divisor':1,'steps':1,'features':0}",
    "reading|{'kind':'standardized','reading':'raw','steps':1,'mean':[1],'deviation':[1]}",
    "mean|{'kind':'standardized','reading':'value','steps':1,'mean':[],'deviation':[]}",
    "mean|{'kind':'standardized','reading':'value','steps':1,'mean':1,'deviation':[1]}",
    "mean[1]|{'kind':'standardized','reading':'value','steps':1,'mean':[1,'2'],'deviation':[1,1]}",
    "mean[0]|{'kind':'standardized','reading':'value','steps':1,'mean':[1e60],'deviation':[1]}",
    "deviation|{'kind':'standardized','reading':'value','steps':1,'mean':[1],'deviation':[1,1]}",
    "deviation[0]|{'kind':'standardized','reading':'value','steps':1,'mean':[1],'deviation':[0]}",
    "deviation[0]|{'kind':'standardized','reading':'value','steps':1,'mean':[1],'deviation':[-1]}",
    "deviation[0]|{'kind':'standardized','reading':'value','steps':1,'mean':[1],'deviation':[null]}",
    "steps|{'kind':'standardized','reading':'value','mean':[1],'deviation':[1]}"
  })
  void namesTheFieldThatIsWrong(String field, String text) {
    JsonObject json = JsonParser.parseString(text).getAsJsonObject();
    String message = assertThrows(IllegalArgumentException.class, () -> InputEncoding.fromJson(json)).getMessage();
    assertTrue(message.startsWith(field + ": expected "), message);
  }

  @Test
  void keepsItsArraysToItself() {
    float[] mean = {1};
    float[] deviation = {2};
    Standardized encoding = new Standardized(Standardized.Reading.VALUE, 3, mean, deviation);
    mean[0] = 7;
    deviation[0] = 7;
    encoding.mean()[0] = 7;
    encoding.deviation()[0] = 7;
    assertArrayEquals(new float[] {1}, encoding.mean());
    assertArrayEquals(new float[] {2}, encoding.deviation());
  }
}
