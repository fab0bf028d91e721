# स्थितियाँ, प्राथमिकताएँ और समस्या के प्रकार, जहाँ भी हों।
status-new = नया
status-open = खुला
status-progress = काम जारी
status-dispatched = तकनीशियन भेजा गया
status-fixed = हल
status-closed = बंद
status-low = कम
status-medium = सामान्य
status-high = ज़्यादा
status-urgent = अति आवश्यक
status-incorrect-bill = ग़लत बिल
status-payment-missing = भुगतान नहीं दिखा
status-suspension = सेवा बंद
status-other = अन्य
