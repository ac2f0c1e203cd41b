"""Published formats of keys and tokens: what a vendor's documentation or its secret scanner says they look like."""

import re

# Prefix (one or several), then what follows it in full. One line a vendor.
FORMATS = (
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}",  # Amazon Web Services
    r"AIza[0-9A-Za-z_\-]{35}",  # Google API
    r"GOCSPX-[0-9A-Za-z_\-]{28}",  # Google OAuth client
    r"ya29\.[0-9A-Za-z_\-.]{20,}",  # Google OAuth access
    r"[78]Q~[0-9A-Za-z_~.\-]{31,34}",  # Azure AD client secret, from its fourth character on
    r"gh[pousr]_[A-Za-z0-9]{36,}",  # GitHub
    r"github_pat_[A-Za-z0-9_]{22,}",
    r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_\-]{20,}",  # GitLab
    r"xox[abeoprs]-[A-Za-z0-9\-]{10,}",  # Slack
    r"xapp-[0-9]-[A-Za-z0-9\-]{10,}",
    r"https://hooks\.slack\.com/services/[A-Za-z0-9]{6,16}/[A-Za-z0-9]{6,16}/[A-Za-z0-9]{16,}",
    r"sk-[A-Za-z0-9_\-]{20,}",  # OpenAI, Anthropic (sk-ant-)
    r"(?:[rs]k_live|whsec)_[0-9A-Za-z]{16,}",  # Stripe
    r"hf_[A-Za-z0-9]{30,}",  # Hugging Face
    r"api_org_[A-Za-z0-9]{30,}",
    r"gsk_[A-Za-z0-9]{40,}",  # Groq
    r"r8_[A-Za-z0-9]{37,}",  # Replicate
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-[A-Za-z0-9_\-]{50,}",
    r"dckr_pat_[A-Za-z0-9_\-]{20,}",  # Docker Hub
    r"SG\.[A-Za-z0-9_\-]{16,24}\.[A-Za-z0-9_\-]{40,46}",  # SendGrid
    r"SK[0-9a-f]{32}",  # Twilio
    r"key-[0-9a-f]{32}",  # Mailgun
    r"do[opr]_v1_[a-f0-9]{64}",  # DigitalOcean
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",  # Shopify
    r"dapi[a-f0-9]{32}",  # Databricks
    r"sq0(?:atp|csp|idp)-[A-Za-z0-9_\-]{22,43}",  # Square
    r"hv[sbr]\.[A-Za-z0-9_\-]{24,}",  # HashiCorp Vault
    r"gl(?:sa|c)_[A-Za-z0-9_+/=]{30,}",  # Grafana
    r"lin_api_[A-Za-z0-9]{32,}",  # Linear
    r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}",  # Postman
    r"NRAK-[A-Z0-9]{27}",  # New Relic
    r"figd_[A-Za-z0-9_\-]{36,}",  # Figma
    r"ATATT3[A-Za-z0-9_\-=]{40,}",  # Atlassian
    r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.\-]{32,}",  # PlanetScale
    r"AGE-SECRET-KEY-1[A-Z0-9]{58}",
    r"[0-9]{8,10}:AA[A-Za-z0-9_\-]{33}",  # Telegram bot
)
FORMAT = re.compile("|".join(FORMATS).encode())

# Looser than the formats: each counted repetition multiplies the states of the one pattern for all types.
CANDIDATES = (
    r"A(?:KIA|SIA|GPA|IDA|ROA|NPA)[A-Z0-9]{8,}",
    r"(?:gh[pousr]|github_pat|hf|api_org|gsk|r8|npm|dckr_pat|do[opr]_v1|shp(?:at|ca|pa|ss)|[rs]k_live|whsec"
    r"|gl(?:sa|c)|lin_api|figd|pscale_(?:tkn|pw|oauth))_[A-Za-z0-9_.+/=\-]{8,}",
    r"(?:gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)|xox[abeoprs]|xapp|sk|pypi|GOCSPX|sq0(?:atp|csp|idp)|PMAK|NRAK"
    r"|AGE-SECRET-KEY)-[A-Za-z0-9_\-]{8,}",
    r"(?:ya29|SG|hv[sbr])\.[A-Za-z0-9_.\-]{16,}",
    r"(?:dapi|SK|key-)[0-9a-f]{16,}",
    r"(?:AIza|ATATT3)[0-9A-Za-z_=\-]{8,}",
    r"[78]Q~[0-9A-Za-z_~.\-]{16,}",
    r"\b[0-9]{8,10}:AA[A-Za-z0-9_\-]{16,}",
    r"https://hooks\.slack\.com/services/[A-Za-z0-9/]{8,}",
)
