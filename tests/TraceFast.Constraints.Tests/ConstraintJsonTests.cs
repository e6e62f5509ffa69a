using System.Text;
using System.Text.Json;
using TraceFast.Constraints.Sampling;
using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests;

public class ConstraintJsonTests
{
    [Fact]
    public void A_constraint_is_written_as_agreed()
    {
        StatedConstraint stated = new(Make("word_count", Scope.EachParagraph, ("min", 3), ("max", 5)), "Use 3 to 5 words in each paragraph");
        Assert.Equal("""{"sort":"word_count","part":"each_paragraph","arguments":{"min":3,"max":5},"text":"Use 3 to 5 words in each paragraph"}""", Write(stated));
        Assert.Equal("""{"sort":"no_digits"}""", Write(new(Make("no_digits"), "")));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        foreach (Sort sort in Sorts.All)
        {
            SeededRandom random = new(3);
            for (int n = 0; n < 20; n++)
            {
                Language language = sort.Languages[n % sort.Languages.Count];
                Constraint constraint = sort.Draw(Context(random, language));
                StatedConstraint stated = new(constraint, Phrasing.Phrase(constraint, language, n));
                Assert.Equal(stated, Read(Write(stated)));
            }
        }
    }

    [Theory]
    [InlineData("[]", "not a list")]
    [InlineData("{}", "lacks its key \"sort\"")]
    [InlineData("""{"sort":"nothing"}""", "no sort of constraint \"nothing\"")]
    [InlineData("""{"sort":3}""", "\"sort\" is a string")]
    [InlineData("""{"sort":"no_digits","kind":"x"}""", "no key \"kind\"")]
    [InlineData("""{"sort":"no_digits","sort":"no_digits"}""", "twice")]
    [InlineData("""{"sort":"no_digits","part":"third_paragraph"}""", "no part \"third_paragraph\"")]
    [InlineData("""{"sort":"no_digits","part":"title"}""", "does not speak about the part")]
    [InlineData("""{"sort":"no_digits","arguments":{"min":1}}""", "takes no argument \"min\"")]
    [InlineData("""{"sort":"word_count","arguments":[1]}""", "not a list")]
    [InlineData("""{"sort":"word_count","arguments":{"min":1.5}}""", "a whole number")]
    [InlineData("""{"sort":"word_count","arguments":{"min":1e30}}""", "a whole number")]
    [InlineData("""{"sort":"word_count","arguments":{"min":"1"}}""", "has to be a whole number; found min=1")]
    [InlineData("""{"sort":"word_count","arguments":{"min":1,"min":2}}""", "twice")]
    [InlineData("""{"sort":"word_count","arguments":{}}""", "needs min or max")]
    [InlineData("""{"sort":"word_count","arguments":{"min":5,"max":3}}""", "greater than max")]
    [InlineData("""{"sort":"keywords","arguments":{"words":[]}}""", "has to be a list of texts")]
    [InlineData("""{"sort":"keywords","arguments":{"words":["a",1]}}""", "list of strings")]
    [InlineData("""{"sort":"letter_case","arguments":{"case":"mixed"}}""", "it may be upper, lower, title")]
    public void What_is_no_constraint_is_refused_with_a_reason(string json, string reason) => Assert.Contains(reason, Assert.Throws<ConstraintException>(() => Read(json)).Message, StringComparison.Ordinal);

    private static string Write(StatedConstraint stated)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            ConstraintJson.Write(json, stated);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static StatedConstraint Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return ConstraintJson.Read(document.RootElement);
    }
}
