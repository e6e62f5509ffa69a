using TraceFast.Constraints.Templates;
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
        StatedConstraint stated = new(
            Make("word_count", Scope.EachParagraph, ("min", 3), ("max", 5)), "Use 3 to 5 words in each paragraph");
        Assert.Equal(
            """{"type":"word_count","scope":"each_paragraph","min":3,"max":5,"statement":"Use 3 to 5 words in each paragraph"}""",
            Write(stated));
        Assert.Equal("""{"type":"no_digits"}""", Write(new(Make("no_digits"), "")));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        foreach (ConstraintType type in ConstraintTypes.All)
        {
            SeededRandom random = new(3);
            for (int n = 0; n < 20; n++)
            {
                Language language = type.Languages[n % type.Languages.Count];
                Constraint constraint = type.Sample(Context(random, language));
                StatedConstraint stated = new(constraint, Statements.Render(constraint, language, n));
                Assert.Equal(stated, Read(Write(stated)));
            }
        }
    }

    /// <summary>Files that were written before types, scopes and fields had their names now.</summary>
    [Theory]
    [InlineData("""{"sort":"no_digits"}""", """{"type":"no_digits"}""")]
    [InlineData(
        """{"sort":"word_count","part":"title","arguments":{"max":5},"text":"t"}""",
        """{"type":"word_count","scope":"title","max":5,"statement":"t"}""")]
    [InlineData(
        """{"type":"word_count","scope":"title","arguments":{"max":5},"text":"t"}""",
        """{"type":"word_count","scope":"title","max":5,"statement":"t"}""")]
    [InlineData("""{"type":"word_count","part":"title","max":5}""", """{"type":"word_count","scope":"title","max":5}""")]
    [InlineData(
        """{"sort":"starts_with","arguments":{"text":"Note:"},"text":"t"}""", """{"type":"starts_with","text":"Note:","statement":"t"}""")]
    [InlineData(
        """{"sort":"markdown_table","arguments":{"columns":["a","b"],"rows_min":2}}""",
        """{"type":"markdown_table","columns":["a","b"],"rows_min":2}""")]
    [InlineData("""{"sort":"theme","arguments":{"topic":"tea"}}""", """{"type":"theme","topic":"tea"}""")]
    public void Older_names_are_read(string older, string newer)
    {
        Assert.Equal(Read(newer), Read(older));
        Assert.Equal(newer, Write(Read(older)));
    }

    [Fact]
    public void Json_serializers_read_and_write_constraints_by_type_name()
    {
        foreach (Constraint constraint in new Constraint[] { new Types.ForbiddenWords(["a", "b"], Scope.Title),
            Types.Counts.Words.Of(CountRange.AtLeast(3)), Types.Judged.Tone.Of("calm") })
        {
            string json = JsonSerializer.Serialize(constraint);
            Assert.StartsWith($$"""{"type":"{{constraint.Type.Name}}",""", json, StringComparison.Ordinal);
            Assert.Equal(constraint, JsonSerializer.Deserialize<Constraint>(json));
        }
    }

    [Theory]
    [InlineData("[]", "not a list")]
    [InlineData("{}", "lacks its key \"type\"")]
    [InlineData("""{"type":"nothing"}""", "no constraint type \"nothing\"")]
    [InlineData("""{"type":3}""", "\"type\" is a string")]
    [InlineData("""{"sort":"nothing"}""", "no constraint type \"nothing\"")]
    [InlineData("""{"sort":3}""", "\"sort\" is a string")]
    [InlineData("""{"type":"no_digits","sort":"no_digits"}""", "are the same")]
    [InlineData("""{"type":"no_digits","kind":"x"}""", "takes no \"kind\"")]
    [InlineData("""{"sort":"no_digits","kind":"x"}""", "no key \"kind\"")]
    [InlineData("""{"type":"no_digits","type":"no_digits"}""", "twice")]
    [InlineData("""{"type":"no_digits","scope":"third_paragraph"}""", "no scope \"third_paragraph\"")]
    [InlineData("""{"type":"no_digits","scope":"title"}""", "does not apply to the scope title")]
    [InlineData("""{"type":"no_digits","min":1}""", "takes no \"min\"")]
    [InlineData("""{"type":"word_count","arguments":[1]}""", "not a list")]
    [InlineData("""{"type":"word_count","arguments":{"min":1,"min":2}}""", "twice")]
    [InlineData("""{"type":"word_count","min":1.5}""", "a whole number")]
    [InlineData("""{"type":"word_count","min":1e30}""", "a whole number")]
    [InlineData("""{"type":"word_count","min":"1"}""", "has to be a whole number; found \"1\"")]
    [InlineData("""{"type":"word_count"}""", "needs min or max")]
    [InlineData("""{"type":"word_count","min":5,"max":3}""", "greater than max")]
    [InlineData("""{"type":"nested_list"}""", "\"depth\" is missing")]
    [InlineData("""{"type":"nested_list","depth":3000000000}""", "out of range")]
    [InlineData("""{"type":"keywords","words":[]}""", "has to be a list of texts")]
    [InlineData("""{"type":"keywords","words":["a",1]}""", "list of strings")]
    [InlineData("""{"type":"letter_case","case":"mixed"}""", "it may be upper, lower, title")]
    public void What_is_no_constraint_is_refused_with_a_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<ConstraintException>(() => Read(json)).Message, StringComparison.Ordinal);

    private static string Write(StatedConstraint stated)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(
            stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            ConstraintJson.Write(json, stated);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static StatedConstraint Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return ConstraintJson.Read(document.RootElement);
    }
}
