using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Content;

public class NoContactDetailsTests
{
    [Theory]
    [InlineData("Write to ann.lee+x@mail.example.org now", "ann.lee+x@mail.example.org")]
    [InlineData("请发邮件到test@example.com。", "test@example.com")]
    [InlineData("See https://example.org/a?b=1 for more", "https://example.org/a?b=1")]
    [InlineData("See WWW.example.org.", "WWW.example.org.")]
    [InlineData("Call 555-123-4567.", "555-123-4567")]
    [InlineData("Call 555-1234.", "555-1234")]
    [InlineData("Call +44 20 7946 0958.", "44 20 7946 0958")]
    [InlineData("Call (020) 7946-0958.", "020) 7946-0958")]
    [InlineData("电话13812345678", "13812345678")]
    [InlineData("座机010-12345678", "010-12345678")]
    [InlineData("身份证11010519491231002X", "11010519491231002")]
    [InlineData("SSN 123-45-6789", "123-45-6789")]
    [InlineData("card 4111 1111 1111 1111", "4111 1111 1111 1111")]
    public void Contact_details_are_found(string text, string found)
    {
        Verdict verdict = Make("no_contact_details").Check(new Response(text));
        Assert.Equal(Outcome.Violated, verdict.Outcome);
        Assert.Equal(found, text.Substring(verdict.Where!.Value.Start, verdict.Where.Value.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("On 2024-05-01 and 01-05-2024, from 2019-2023")]
    [InlineData("1,000,000 people; 8000000000 in all; 3.14159265358")]
    [InlineData("10 20 30 40 50 60")]
    [InlineData("me @ home, @user, a@b")]
    [InlineData("score 3-4, pages 100-200")]
    [InlineData("@@@@@@@@@@ .@.@.@.")]
    public void Other_numbers_and_signs_are_none(string text) => Make("no_contact_details").Obeys(text);

    [Fact]
    public void What_contradicts_it_asks_for_one()
    {
        Constraint given = Make("no_contact_details");
        for (ulong seed = 0; seed < 20; seed++)
        {
            Types.Keywords other = Assert.IsType<Types.Keywords>(
                given.SampleConflicting(Context(new Sampling.SeededRandom(seed), Language.English)));
            string answer = string.Join(' ', other.Words);
            other.Obeys(answer);
            given.Violates(answer);
            Assert.True(given.ConflictsWith(other));
        }
    }
}
