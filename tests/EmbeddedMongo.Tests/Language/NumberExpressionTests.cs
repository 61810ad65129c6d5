using static Visuels.EmbeddedMongo.Tests.Language.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

public class NumberExpressionTests
{
    [Theory]
    [InlineData("{$pow: [5, 0]}", "1")]
    [InlineData("{$pow: [5, 2]}", "25")]
    [InlineData("{$pow: [5, -2]}", "0.04")]
    [InlineData("{$pow: [-5, 0.5]}", "NaN")]
    [InlineData("{$pow: [2, 31]}", "NumberLong('2147483648')")]
    [InlineData("{$pow: [NumberLong(2), 3]}", "NumberLong(8)")]
    [InlineData("{$pow: [-2, 63]}", "NumberLong('-9223372036854775808')")]
    [InlineData("{$pow: [2, 63]}", "9223372036854775808.0")]
    [InlineData("{$pow: [-1, 7]}", "-1")]
    [InlineData("{$pow: [2, null]}", "null")]
    [InlineData("{$log: [100, 10]}", "2.0")]
    [InlineData("{$log: [null, 10]}", "null")]
    [InlineData("{$log10: 1000}", "3.0")]
    [InlineData("{$ln: 1}", "0.0")]
    [InlineData("{$exp: 0}", "1.0")]
    [InlineData("{$sqrt: 25}", "5.0")]
    [InlineData("{$sqrt: NumberDecimal('25')}", "NumberDecimal('5')")]
    [InlineData("{$sqrt: NumberDecimal('6.25')}", "NumberDecimal('2.5')")]
    [InlineData("{$sqrt: NumberDecimal('2')}", "NumberDecimal('1.414213562373095048801688724209698')")]
    public void Powers_and_roots_have_the_type_of_their_numbers(string expression, string expected) => Same(expected, Evaluate(expression));

    [Theory]
    [InlineData("{$sin: 0}", "0.0")]
    [InlineData("{$cos: 0}", "1.0")]
    [InlineData("{$tan: 0}", "0.0")]
    [InlineData("{$acos: 1}", "0.0")]
    [InlineData("{$asin: 0}", "0.0")]
    [InlineData("{$atan2: [0, 1]}", "0.0")]
    [InlineData("{$atan2: [null, 1]}", "null")]
    [InlineData("{$acosh: 1}", "0.0")]
    [InlineData("{$degreesToRadians: 180}", "3.141592653589793")]
    [InlineData("{$radiansToDegrees: 3.141592653589793}", "180.0")]
    [InlineData("{$sinh: null}", "null")]
    public void Angles_are_doubles_in_radians(string expression, string expected) => Same(expected, Evaluate(expression));

    [Theory]
    [InlineData("{$bitAnd: [63, 7]}", "7")]
    [InlineData("{$bitOr: [8, 63]}", "63")]
    [InlineData("{$bitXor: [63, NumberLong(0)]}", "NumberLong(63)")]
    [InlineData("{$bitNot: 3}", "-4")]
    [InlineData("{$bitNot: NumberLong(3)}", "NumberLong(-4)")]
    [InlineData("{$bitAnd: []}", "-1")]
    [InlineData("{$bitOr: [1, null]}", "null")]
    public void Bits_are_those_of_ints_and_longs(string expression, string expected) => Same(expected, Evaluate(expression));

    [Theory]
    [InlineData("{$round: [10.5, 0]}", "10.0")]
    [InlineData("{$round: [11.5, 0]}", "12.0")]
    [InlineData("{$round: [19.25, 1]}", "19.2")]
    [InlineData("{$round: [345, -1]}", "340")]
    [InlineData("{$trunc: [7.85, 1]}", "7.8")]
    [InlineData("{$round: [NumberDecimal('1.5'), 3]}", "NumberDecimal('1.500')")]
    [InlineData("{$trunc: [NumberDecimal('-0.4'), 0]}", "NumberDecimal('-0')")]
    [InlineData("{$ceil: NumberDecimal('2E+1')}", "NumberDecimal('20')")]
    [InlineData("{$round: ['$none', 1]}", "null")]
    public void Rounding_is_to_even_and_gives_decimals_the_places_asked_for(string expression, string expected) => Same(expected, Evaluate(expression));

    [Theory]
    [InlineData("{$mod: [7, 2.0]}", "1")]
    [InlineData("{$mod: [NumberLong(7), 2.0]}", "NumberLong(1)")]
    [InlineData("{$mod: [7, 2.5]}", "2.0")]
    [InlineData("{$mod: [7.0, 2]}", "1.0")]
    [InlineData("{$mod: [-7, 2]}", "-1")]
    [InlineData("{$mod: [NumberDecimal('7.5'), 2]}", "NumberDecimal('1.5')")]
    public void A_remainder_is_whole_if_the_number_is_and_the_divisor_could_be(string expression, string expected) => Same(expected, Evaluate(expression));

    [Theory]
    [InlineData("{$add: [NumberDecimal('1'), 0.1]}", "NumberDecimal('1.100000000000000')")]
    [InlineData("{$add: [0.1, NumberDecimal('1')]}", "NumberDecimal('1.100000000000000005551115123125783')")]
    [InlineData("{$add: [ISODate('1970-01-01T00:00:00Z'), 2.5]}", "ISODate('1970-01-01T00:00:00.003Z')")]
    [InlineData("{$subtract: [ISODate('1970-01-01T00:00:01Z'), 2.5]}", "ISODate('1970-01-01T00:00:00.998Z')")]
    [InlineData("{$add: [NumberLong('9223372036854775807'), 1]}", "9223372036854775808.0")]
    [InlineData("{$multiply: [NumberLong('9007199254740993'), 4096]}", "36893488147419103232.0")]
    [InlineData("{$stdDevPop: [1, 2, 3, 4]}", "1.118033988749895")]
    [InlineData("{$stdDevSamp: [[1, 2, 3, 4]]}", "1.2909944487358056")]
    [InlineData("{$stdDevSamp: [1]}", "null")]
    public void Sums_and_products_widen_from_left_to_right(string expression, string expected) => Same(expected, Evaluate(expression));

    [Fact]
    public void A_random_number_is_a_double_below_one() => Assert.InRange(Evaluate("{$rand: {}}").AsDouble, 0, 1);

    [Theory]
    [InlineData("{$pow: ['x', 1]}", 28762)]
    [InlineData("{$pow: [1, 'x']}", 28763)]
    [InlineData("{$pow: [0, -1]}", 28764)]
    [InlineData("{$pow: [NumberDecimal('2'), 2]}", 238)]
    [InlineData("{$log: ['x', 2]}", 28756)]
    [InlineData("{$log: [1, 'x']}", 28757)]
    [InlineData("{$log: [0, 2]}", 28758)]
    [InlineData("{$log: [1, 1]}", 28759)]
    [InlineData("{$ln: 0}", 28766)]
    [InlineData("{$log10: -1}", 28761)]
    [InlineData("{$sqrt: -1}", 28714)]
    [InlineData("{$sqrt: 'x'}", 28765)]
    [InlineData("{$acos: 2}", 50989)]
    [InlineData("{$sin: Infinity}", 50989)]
    [InlineData("{$sin: NumberDecimal('1')}", 238)]
    [InlineData("{$atan2: ['x', 1]}", 51044)]
    [InlineData("{$bitAnd: [1.5, 1]}", 14)]
    [InlineData("{$bitNot: 1.5}", 14)]
    [InlineData("{$rand: {a: 1}}", 3040501)]
    [InlineData("{$round: ['x']}", 51081)]
    [InlineData("{$round: [1, 1.5]}", 51082)]
    [InlineData("{$round: [1, 101]}", 51083)]
    [InlineData("{$round: [1e40, 0]}", 238)]
    [InlineData("{$mod: ['x', 1]}", 16611)]
    [InlineData("{$mod: [1, 0]}", 16610)]
    [InlineData("{$mod: [NumberDecimal('1'), 0]}", 5733415)]
    [InlineData("{$add: [ISODate('1970-01-01T00:00:00Z'), ISODate('1970-01-01T00:00:00Z')]}", 16612)]
    public void What_has_no_exact_number_is_refused_with_MongoDBs_code(string expression, int code) =>
        Assert.Equal(code, Code(() => Evaluate(expression)));
}
