using Visuels.EmbeddedMongo.Query.Patterns;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

/// <summary>Regular expressions mean what they mean to PCRE2, with which MongoDB 7 reads them, UTF-8 but without Unicode properties for <c>\d \w \s \b</c>.</summary>
public class RegexTests
{
    [Theory]
    [InlineData(@"^[[:alpha:]]+$", "", "aZ", "é")]
    [InlineData(@"^[[:^alpha:]]$", "", "é", "a")]
    [InlineData(@"^[[:upper:][:digit:]_]+$", "", "A1_", "a")]
    [InlineData(@"^[[:upper:]]$", "i", "a", "1")]
    [InlineData(@"^[[:punct:]]+$", "", "!~[`", "é")]
    [InlineData(@"^[[:space:]]$", "", "\v", "\u00A0")]
    [InlineData(@"^[[:xdigit:]]{2}$", "", "fF", "fg")]
    [InlineData(@"^[^\W_]+$", "", "a1", "a_")]
    [InlineData(@"^[\D]$", "", "😀", "1")]
    [InlineData(@"^[\S\n]+$", "", "é\n", " ")]
    [InlineData(@"^[\h\v]+$", "", "\u3000\u2028", "a")]
    [InlineData(@"^[😀-🙂]$", "", "😁", "🚀")]
    [InlineData(@"^[^😀]$", "", "🚀", "😀")]
    [InlineData(@"^[^a]$", "", "😀", "a")]
    [InlineData(@"^[\x{10000}-\x{10FFFF}]$", "", "😀", "a")]
    [InlineData(@"^\x{1F600}$", "", "😀", "🙂")]
    [InlineData(@"^\Qa.b\E+$", "", "a.bb", "axb")]
    [InlineData(@"^[\Qa-]\E]+$", "", "a-]", "b")]
    [InlineData(@"^a++b$", "", "aab", "aac")]
    [InlineData(@"^(?:a|ab)++c$", "", "aac", "abc")]
    [InlineData(@"^a{2}+b", "", "aab", "ab")]
    [InlineData(@"^(?P<x>a|b)-(?P=x)$", "", "b-b", "a-b")]
    [InlineData(@"^(?<x>a|b)(c)\k{x}\g{-1}\2$", "", "acacc", "acbcc")]
    [InlineData(@"^(a)(?<n>b)\1\2$", "", "abab", "abba")]
    [InlineData(@"^\p{Lu}\P{Lu}\pN\p{^L}$", "", "Éé٣!", "éé٣!")]
    [InlineData(@"^\p{Lu}$", "i", "É", "é")]
    [InlineData(@"^\p{L&}$", "", "ǅ", "א")]
    [InlineData(@"^\R$", "", "\r\n", "a")]
    [InlineData(@"^\N+$", "s", "ab", "a\nb")]
    [InlineData(@"^\101\x41\o{101}\t\a\e\cA$", "", "AAA\t\a\u001B\u0001", "AAA")]
    [InlineData(@"^σ$", "i", "ς", "s")]
    [InlineData(@"^s$", "i", "ſ", "ß")]
    [InlineData(@"^µ$", "i", "Μ", "m")]
    [InlineData(@"^[^k]$", "i", "a", "\u212A")]
    [InlineData(@"^𐐀$", "i", "𐐨", "𐐂")]
    [InlineData(@"^İ$", "i", "İ", "i")]
    [InlineData(@"^(?i)a(?-i)b$", "", "Ab", "AB")]
    [InlineData(@"^(a(?i)b|c)$", "", "C", "AB")]
    [InlineData(@"^a b # said$", "x", "ab", "a b # said")]
    [InlineData(@"^a[ #]b$", "x", "a b", "ab")]
    [InlineData(@"^b$", "m", "a\nb\nc", "ab")]
    [InlineData(@"\n^$", "m", "a\n\nb", "a\n")]
    [InlineData(@"b$", "", "b\n", "b\na")]
    [InlineData(@"b\z", "", "ab", "b\n")]
    [InlineData(@"a.b", "s", "a\nb", "ab")]
    [InlineData(@"a.b", "", "a\rb", "a\nb")]
    [InlineData(@"\bé", "", "aé", "é")]
    [InlineData(@"^\d$", "", "1", "٣")]
    [InlineData(@"^{a}{,2}$", "", "{a}{,2}", "aa")]
    [InlineData(@"^a{2,3}?$", "", "aaa", "a")]
    [InlineData(@"(?<=ab|c)d", "", "cd", "bd")]
    [InlineData(@"(?<!😀)d", "", "d", "😀d")]
    [InlineData(@"(?:a+|)+x", "", "x", "y")]
    [InlineData(@"^(?>a?)+$", "", "aa", "b")]
    [InlineData(@"\B", "", "ab", "A𐐀2")]
    [InlineData(@"^😀{2}$", "", "😀😀", "😀")]
    [InlineData(@"^(?#said)a(?#so)+$", "", "aa", "(")]
    [InlineData(@"^(?:\D|[^\w]|\S)$", "", "]", "")]
    public void Patterns_match_as_in_PCRE(string pattern, string options, string matches, string doesNot)
    {
        Assert.True(IsMatch(pattern, options, matches));
        Assert.False(IsMatch(pattern, options, doesNot));
    }

    [Fact]
    public void A_pattern_has_at_most_32764_bytes()
    {
        Assert.True(IsMatch(new string('c', 32764), "", new string('c', 40000)));
        Assert.Equal(51091, Code(() => PerlRegex.Compile(new string('c', 32765), "", isWide: false)));
        Assert.Equal(51091, Code(() => PerlRegex.Compile(new string('é', 16383), "", isWide: false)));
    }

    [Theory]
    [InlineData(@"(", 51091)]
    [InlineData(@"a)", 51091)]
    [InlineData(@"[a", 51091)]
    [InlineData(@"*a", 51091)]
    [InlineData(@"a**", 51091)]
    [InlineData(@"a{2}{3}", 51091)]
    [InlineData(@"a{3,1}", 51091)]
    [InlineData(@"a{65536}", 51091)]
    [InlineData(@"^*", 51091)]
    [InlineData(@"\b+", 51091)]
    [InlineData(@"\u0041", 51091)]
    [InlineData(@"\i", 51091)]
    [InlineData(@"\", 51091)]
    [InlineData(@"[z-a]", 51091)]
    [InlineData(@"[\d-z]", 51091)]
    [InlineData(@"[a-\d]", 51091)]
    [InlineData(@"[\B]", 51091)]
    [InlineData(@"[[:nonsense:]]", 51091)]
    [InlineData(@"[:alpha:]", 51091)]
    [InlineData(@"[[.a.]]", 51091)]
    [InlineData(@"(a)\2", 51091)]
    [InlineData(@"\8", 51091)]
    [InlineData(@"(?<n>a)(?<n>b)", 51091)]
    [InlineData(@"(?<1>a)", 51091)]
    [InlineData(@"(?<=a+)b", 51091)]
    [InlineData(@"(?<=a(?:b|cd))e", 51091)]
    [InlineData(@"(?<=(?:\b){1,2}a)b", 51091)]
    [InlineData(@"(?y)", 51091)]
    [InlineData(@"(?#a", 51091)]
    [InlineData(@"\x{110000}", 51091)]
    [InlineData(@"\x{d800}", 51091)]
    [InlineData(@"\p{Greek}", 238)]
    [InlineData(@"(*UCP)a", 238)]
    [InlineData(@"(?R)", 238)]
    [InlineData(@"(a)(?1)", 238)]
    [InlineData(@"(?(1)a|b)", 238)]
    [InlineData(@"(?|(a)|(b))", 238)]
    [InlineData(@"(?J)a", 238)]
    [InlineData(@"(?xx)a", 238)]
    [InlineData(@"a\Kb", 238)]
    [InlineData(@"\G", 238)]
    [InlineData(@"\X", 238)]
    [InlineData(@"\N{U+41}", 238)]
    [InlineData(@"(?=a)*", 238)]
    [InlineData(@"(?<=(a))b", 238)]
    [InlineData(@"(a\1)", 238)]
    [InlineData(@"(a|)+?b", 238)]
    public void What_PCRE_refuses_is_invalid_and_what_cannot_be_told_in_other_words_is_not_supported(string pattern, int code) =>
        Assert.Equal(code, Code(() => PerlRegex.Compile(pattern, "", isWide: false)));

    [Fact]
    public void Groups_are_numbered_from_left_to_right_whether_or_not_they_have_names()
    {
        var found = PerlRegex.Compile("(?<n>a)(b)(?'m'c)", "", isWide: false).Match("abc");

        Assert.Equal(["abc", "a", "b", "c"], found.Groups.Values.Select(g => g.Value));
    }

    private static bool IsMatch(string pattern, string options, string text) =>
        PerlRegex.Compile(pattern, options, isWide: text.Any(char.IsSurrogate)).IsMatch(text);
}
