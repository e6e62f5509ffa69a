namespace TraceFast.Constraints.Counting;

/// <summary>How a counted thing is talked about.</summary>
public enum CountForm
{
    /// <summary>A length: "keep it under 50 words", 字数控制在50字以内.</summary>
    Length,

    /// <summary>What the answer is made of: "write three sentences", 写三句话.</summary>
    Structure,

    /// <summary>What stands in it: "include three links", 包含三个链接.</summary>
    Inclusion,
}

/// <summary>The names of a counted thing.</summary>
/// <param name="One">English, singular: word.</param>
/// <param name="Many">English, plural: words.</param>
/// <param name="Chinese">Chinese, as it follows the number: 个数字, 句话; empty where there is none.</param>
/// <param name="ChineseTotal">Chinese, the number of them: 数字的个数, 字数.</param>
/// <param name="ChineseName">Chinese, without a number: 数字; empty where none can be asked for.</param>
/// <param name="Form">How it is talked about.</param>
public sealed record CountUnit(string One, string Many, string Chinese, string ChineseTotal, string ChineseName, CountForm Form);
